package dev.onecycle.data.source;

import dev.onecycle.data.index.SourceIndex;

/** A place that labelled images are read from. */
public interface Source {
  /** The source and the way it is read, as text; equal readings have equal texts. */
  String description();

  /** The present state of the files, as text; when it changes, the source is read again. */
  String state();

  /**
   * Reads every selected image into a sink. Exceptions of the sink are passed on unchanged.
   *
   * @throws dev.onecycle.error.BadDataException if the data cannot be read or used
   */
  SourceIndex read(PixelSink.Factory sinks);
}
