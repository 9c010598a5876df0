package dev.onecycle.report.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * The messages of an event file, in the wire format of protocol buffers.
 *
 * <p>Field numbers are those of TensorFlow's <a
 * href="https://github.com/tensorflow/tensorflow/blob/v1.15.0/tensorflow/core/util/event.proto">event.proto</a>
 * and <a
 * href="https://github.com/tensorflow/tensorflow/blob/v1.15.0/tensorflow/core/framework/summary.proto">summary.proto</a>.
 * Values are {@code simple_value} and {@code image}, not tensors with a plugin's metadata: every
 * reader knows them, and TensorBoard turns them into tensors as it loads them.
 */
final class Event {
  /** The text of the first event; without it a reader assumes an older format. */
  private static final String VERSION = "brain.Event:2";

  private static final int RGB = 3;

  /** {@code SessionLog.START}. */
  private static final int SESSION_START = 1;

  /** The offset of the width in a PNG file: after the signature, and length and type of IHDR. */
  private static final int PNG_WIDTH_AT = 8 + 4 + 4;

  private Event() {}

  /** A named value of a summary. */
  record Value(ByteString bytes) {}

  /** A number, stored as a {@code float}; a number too large for it becomes infinite. */
  static Value scalar(String tag, double value) {
    return new Value(
        message(
            out -> {
              out.writeString(1, tag);
              out.writeFloat(2, (float) value);
            }));
  }

  /** A PNG file of red, green and blue. */
  static Value image(String tag, byte[] png) {
    ByteBuffer size = ByteBuffer.wrap(png, PNG_WIDTH_AT, 2 * Integer.BYTES);
    int width = size.getInt();
    int height = size.getInt();
    ByteString image =
        message(
            out -> {
              out.writeInt32(1, height);
              out.writeInt32(2, width);
              out.writeInt32(3, RGB);
              out.writeByteArray(4, png);
            });
    return new Value(
        message(
            out -> {
              out.writeString(1, tag);
              out.writeBytes(4, image);
            }));
  }

  /** The first event of a file. */
  static byte[] version(Instant time) {
    return message(
            out -> {
              out.writeDouble(1, seconds(time));
              out.writeString(3, VERSION);
            })
        .toByteArray();
  }

  /** A restart at a step: events of that step and later ones in other files become void. */
  static byte[] restart(Instant time, long step) {
    ByteString log = message(out -> out.writeEnum(1, SESSION_START));
    return message(
            out -> {
              out.writeDouble(1, seconds(time));
              out.writeInt64(2, step);
              out.writeBytes(7, log);
            })
        .toByteArray();
  }

  /** Values of a step. */
  static byte[] summary(Instant time, long step, Value... values) {
    ByteString summary =
        message(
            out -> {
              for (Value value : values) {
                out.writeBytes(1, value.bytes());
              }
            });
    return message(
            out -> {
              out.writeDouble(1, seconds(time));
              if (step != 0) { // proto3 omits default values
                out.writeInt64(2, step);
              }
              out.writeBytes(5, summary);
            })
        .toByteArray();
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }

  @FunctionalInterface
  private interface Fields {
    void to(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(Fields fields) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 64);
    try {
      fields.to(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode an event in memory", e);
    }
    return bytes.toByteString();
  }
}
