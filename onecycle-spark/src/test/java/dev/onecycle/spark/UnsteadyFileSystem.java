package dev.onecycle.spark;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The disk under another scheme, as a store that does not answer where a path has {@code down} in
 * it, that does not rename, and that deletes no folder with {@code kept} in its path.
 */
public final class UnsteadyFileSystem extends RawLocalFileSystem {
  static final String SCHEME = "unsteady";

  /** Makes it known to Hadoop. */
  static void register(Configuration hadoop) {
    hadoop.set("fs." + SCHEME + ".impl", UnsteadyFileSystem.class.getName());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    if (path.toString().contains("down")) {
      throw new IOException("the store does not answer");
    }
    return super.open(path, bufferSize);
  }

  @Override
  public boolean delete(Path path, boolean withAllItHolds) throws IOException {
    if (path.toString().contains("kept") && getFileStatus(path).isDirectory()) {
      throw new IOException("the store does not delete");
    }
    return super.delete(path, withAllItHolds);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    throw new IOException("the store does not rename");
  }
}
