package dev.onecycle.run;

import dev.onecycle.error.CannotWriteException;

/** The files of a run, kept up to date during the run. */
public interface RunOutput extends TrainingListener, AutoCloseable {
  /** No files: of a rank that leaves writing to another. */
  RunOutput NONE =
      new RunOutput() {
        @Override
        public void write(RunRecord record) {}

        @Override
        public void writeUnwritten() {}

        @Override
        public void goBack(TrainingPosition position) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Replaces the record of the run. */
  void write(RunRecord record);

  /**
   * Writes the record once more where that has failed: a checkpoint must not be newer than the
   * policy that it was made under.
   */
  void writeUnwritten();

  /**
   * Removes the steps and epochs after a position, before the run is repeated from there; on disk
   * with the next {@link #flush}.
   */
  void goBack(TrainingPosition position);

  /**
   * Writes steps and epochs to disk. Rows that cannot be written are kept, and written the next
   * time.
   *
   * @throws CannotWriteException naming the file
   */
  void flush();

  /** Writes everything to disk and releases the run. */
  @Override
  void close();
}
