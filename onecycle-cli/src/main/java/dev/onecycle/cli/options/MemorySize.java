package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import dev.onecycle.text.Bytes;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;

/** An amount of memory as people give it: 2G, 1.5GiB, 800M. */
final class MemorySize implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    OptionalLong bytes = Bytes.parse(text);
    if (bytes.isEmpty()) {
      throw Require.invalid("--memory", "an amount such as 2G or 800M", text);
    }
    return Require.that(
        bytes.getAsLong() >= 1 << 20, "--memory", "at least 1M", text, bytes.getAsLong());
  }
}
