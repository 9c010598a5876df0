package dev.onecycle.cli.console;

import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, and what it runs on as far as that is known without the engine. */
public final class Version implements IVersionProvider {
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** The commit it was built from, with {@code -dirty} where files had changed since. */
  public static String commit() {
    return property("git.commit.id.describe", "unknown");
  }

  /** The day of that commit, as in 2026-11-29; empty where unknown. */
  public static String date() {
    return property("git.commit.time", "");
  }

  private static String property(String name, String otherwise) {
    try (@Nullable InputStream file =
        Version.class.getResourceAsStream("/onecycle-build.properties")) {
      Properties properties = new Properties();
      if (file != null) {
        properties.load(file);
      }
      return properties.getProperty(name, otherwise);
    } catch (IOException e) {
      throw new UncheckedIOException("the program's jar cannot be read", e);
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "onecycle " + current() + ", commit " + commit(),
      Engine.files(),
      "Java: " + Engine.java(),
      "System: " + Engine.system(),
      "Processor: " + Engine.processor()
    };
  }
}
