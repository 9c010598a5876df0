package dev.onecycle.data.stream;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.error.Require;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * How a stream is read.
 *
 * @param readers that take turns, each with a part of the shards
 * @param window samples that are held to be shuffled, of all readers together
 * @param sizes the shapes that images get
 * @param skipBad whether another image takes the place of one that cannot be used
 * @param encoding of names that do not say theirs
 */
public record StreamOptions(
    int readers,
    int window,
    ReadOptions.Sizes sizes,
    DecodeOptions decoding,
    boolean skipBad,
    Optional<Charset> encoding) {
  public StreamOptions {
    Require.atLeast("stream_readers", readers, 1);
    Require.atLeast("stream_window", window, 1);
  }

  /** The samples that one reader holds. */
  int windowOfReader() {
    return Math.max(1, window / readers);
  }
}
