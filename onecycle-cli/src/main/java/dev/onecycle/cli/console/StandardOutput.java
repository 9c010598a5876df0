package dev.onecycle.cli.console;

import dev.onecycle.error.IoErrors;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers a failure: the streams and writers of Java that print text swallow
 * it, so that a full disk would leave an empty file and a command that says it went well.
 */
public final class StandardOutput extends FilterOutputStream {
  private volatile @Nullable IOException failure;

  private StandardOutput(OutputStream out) {
    super(out);
  }

  /** Takes the place of {@link System#out}. */
  public static StandardOutput install() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, Charset.defaultCharset()));
    return output;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * The exit code of a command that wrote to it: of one that went well, another where its output
   * was lost. A reader that wants no more, as {@code head}, is no failure.
   */
  public int exitCode(int exitCode) {
    IOException lost = failure;
    if (lost == null
        || String.valueOf(lost.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
      return exitCode;
    }
    System.err.println("onecycle: " + IoErrors.cannotWrite("standard output", lost).getMessage());
    return exitCode == ExitCode.OK ? ExitCode.CANNOT_WRITE : exitCode;
  }
}
