package dev.onecycle.data.source;

import dev.onecycle.data.index.PixelSink;
import dev.onecycle.data.index.SourceIndex;

/** Where labelled images come from, before they are decoded. */
public interface Source {
  /** Which source this is and how it is read, in words that are equal for equal readings. */
  String description();

  /** What its files look like now: when this text changes, they are read again. */
  String state();

  /**
   * Reads every image into a sink. An exception of the sink comes out as it is.
   *
   * @throws dev.onecycle.error.BadDataException if the data cannot be read or used
   */
  SourceIndex read(PixelSink.Factory sinks);
}
