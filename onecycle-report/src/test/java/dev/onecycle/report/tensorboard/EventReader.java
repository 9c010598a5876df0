package dev.onecycle.report.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.tensorflow.util.EventProtos;

/**
 * Reads event files with nothing of the writer: a checksum computed bit by bit, and messages by the
 * descriptors that TensorFlow publishes.
 */
final class EventReader {
  private static final Descriptor EVENT =
      Objects.requireNonNull(EventProtos.getDescriptor().findMessageTypeByName("Event"));

  private EventReader() {}

  /** The whole events; truncated if the bytes end inside another one. */
  record Read(List<Event> events, boolean truncated) {}

  static Read read(byte[] file) throws IOException {
    List<Event> events = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= 12) {
      byte[] length = new byte[8];
      in.get(in.position(), length);
      long bytes = in.getLong();
      requireChecksum(in.getInt(), length, "length");
      if (in.remaining() < bytes + 4) {
        return new Read(events, true);
      }
      byte[] data = new byte[Math.toIntExact(bytes)];
      in.get(data);
      requireChecksum(in.getInt(), data, "data");
      events.add(new Event(DynamicMessage.parseFrom(EVENT, data)));
    }
    return new Read(events, in.hasRemaining());
  }

  private static void requireChecksum(int masked, byte[] bytes, String what) throws IOException {
    int rotated = masked - 0xA282EAD8;
    if ((rotated >>> 17 | rotated << 15) != castagnoli(bytes)) {
      throw new IOException("corrupt " + what);
    }
  }

  private static int castagnoli(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
      }
    }
    return ~crc;
  }

  record Event(Message message) {
    double wallTime() {
      return (Double) field(message, "wall_time");
    }

    long step() {
      return (Long) field(message, "step");
    }

    String fileVersion() {
      return (String) field(message, "file_version");
    }

    Map<String, Float> scalars() {
      Map<String, Float> scalars = new TreeMap<>();
      for (Message value : values()) {
        if (value.hasField(descriptor(value, "simple_value"))) {
          scalars.put((String) field(value, "tag"), (Float) field(value, "simple_value"));
        }
      }
      return scalars;
    }

    Map<String, Image> images() {
      Map<String, Image> images = new TreeMap<>();
      for (Message value : values()) {
        if (value.hasField(descriptor(value, "image"))) {
          Message image = (Message) field(value, "image");
          images.put(
              (String) field(value, "tag"),
              new Image(
                  (Integer) field(image, "width"),
                  (Integer) field(image, "height"),
                  (Integer) field(image, "colorspace"),
                  ((ByteString) field(image, "encoded_image_string")).toByteArray()));
        }
      }
      return images;
    }

    /** The bytes that the message's own writer gives. */
    byte[] canonical() {
      return message.toByteArray();
    }

    private List<Message> values() {
      Message summary = (Message) field(message, "summary");
      FieldDescriptor value = descriptor(summary, "value");
      List<Message> values = new ArrayList<>();
      for (int i = 0; i < summary.getRepeatedFieldCount(value); i++) {
        values.add((Message) summary.getRepeatedField(value, i));
      }
      return values;
    }

    private static Object field(Message message, String name) {
      return message.getField(descriptor(message, name));
    }

    private static FieldDescriptor descriptor(Message message, String name) {
      return Objects.requireNonNull(message.getDescriptorForType().findFieldByName(name));
    }
  }

  record Image(int width, int height, int colorspace, byte[] encoded) {}
}
