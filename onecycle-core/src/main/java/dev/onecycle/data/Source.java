package dev.onecycle.data;

/** Where labelled images come from, before they are decoded. */
interface Source {
  /** Which source this is and how it is read, in words that are equal for equal readings. */
  String description();

  /** What its files look like now: when this text changes, they are read again. */
  String state();

  /**
   * Reads every image into a sink. An exception of the sink comes out as it is.
   *
   * @throws dev.onecycle.error.BadDataException if the data cannot be read or used
   */
  Contents read(PixelSink.Factory sinks);
}
