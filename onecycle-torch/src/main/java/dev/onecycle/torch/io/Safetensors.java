package dev.onecycle.torch.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Weights on disk in the safetensors format, which Python reads as it is: a length, a JSON header,
 * then the arrays, little-endian, with nothing to execute.
 *
 * <p>Reading checks everything before it trusts anything: lengths, offsets without hole or overlap,
 * types, duplicate names. <i>Source:</i> the format's description, huggingface/safetensors.
 *
 * @param metadata free text by name
 * @param tensors in the order of their bytes
 */
public record Safetensors(Map<String, String> metadata, List<NamedTensor> tensors) {
  private static final long LARGEST_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public Safetensors {
    metadata = new TreeMap<>(metadata);
    tensors = List.copyOf(tensors);
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, this::to);
  }

  /** Writes the bytes of the format, and does not close. */
  public void to(OutputStream out) throws IOException {
    byte[] header = header();
    byte[] length = new byte[8];
    littleEndian(length).putLong(header.length);
    out.write(length);
    out.write(header);
    for (NamedTensor tensor : tensors) {
      byte[] bytes = new byte[4 * tensor.values().length];
      littleEndian(bytes).asFloatBuffer().put(tensor.values());
      out.write(bytes);
    }
  }

  private byte[] header() throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject(METADATA);
      metadata.forEach(texts::put);
    }
    long offset = 0;
    for (NamedTensor tensor : tensors) {
      ObjectNode node = root.putObject(tensor.name());
      node.put("dtype", "F32");
      ArrayNode shape = node.putArray("shape");
      for (long size : tensor.shape()) {
        shape.add(size);
      }
      long end = offset + 4L * tensor.values().length;
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = JSON.writeValueAsBytes(root);
    // The arrays begin at a multiple of eight bytes; the format pads with spaces.
    byte[] padded = new byte[(json.length + 7) / 8 * 8];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(json, 0, padded, 0, json.length);
    return padded;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads a file.
   *
   * @throws BadDataException where the file is missing, damaged, or holds anything but float32
   */
  public static Safetensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long headerLength = littleEndian(bytes(channel, 0, 8, file)).getLong();
      long arrays = channel.size() - 8 - headerLength;
      require(
          headerLength >= 2 && headerLength <= LARGEST_HEADER && arrays >= 0,
          file,
          "its header length is " + headerLength);
      byte[] header = bytes(channel, 8, Math.toIntExact(headerLength), file);
      require(header[0] == '{', file, "its header is not JSON");
      return parse(file, JSON.readTree(header), channel, 8 + headerLength, arrays);
    } catch (JsonProcessingException e) {
      throw damaged(file, "its header is not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadDataException(file + " cannot be read: " + AtomicFile.reason(e), e);
    }
  }

  private record Entry(String name, long[] shape, long begin, long end) {}

  private static Safetensors parse(
      Path file, JsonNode root, FileChannel channel, long start, long arrays) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata.putAll(texts(file, field.getValue()));
      } else {
        entries.add(entry(file, field.getKey(), field.getValue()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    List<NamedTensor> tensors = new ArrayList<>();
    long next = 0;
    for (Entry entry : entries) {
      require(
          entry.begin == next && entry.end <= arrays,
          file,
          entry.name + " lies at bytes " + entry.begin + " to " + entry.end);
      int length = Math.toIntExact(entry.end - entry.begin);
      float[] values = new float[length / 4];
      littleEndian(bytes(channel, start + entry.begin, length, file)).asFloatBuffer().get(values);
      tensors.add(new NamedTensor(entry.name, entry.shape, values));
      next = entry.end;
    }
    require(next == arrays, file, "it has " + (arrays - next) + " bytes that belong to no array");
    return new Safetensors(metadata, tensors);
  }

  private static Map<String, String> texts(Path file, JsonNode node) {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> text : node.properties()) {
      require(text.getValue().isTextual(), file, "its metadata is not text");
      texts.put(text.getKey(), text.getValue().asText());
    }
    return texts;
  }

  private static Entry entry(Path file, String name, JsonNode node) {
    JsonNode offsets = node.path("data_offsets");
    JsonNode sizes = node.path("shape");
    boolean complete =
        node.path("dtype").asText().equals("F32")
            && sizes.isArray()
            && offsets.size() == 2
            && offsets.get(0).canConvertToLong()
            && offsets.get(1).canConvertToLong();
    require(complete, file, name + " is not a float32 array with shape and offsets");
    long[] shape = new long[sizes.size()];
    long bytes = 4;
    try {
      for (int i = 0; i < shape.length; i++) {
        require(
            sizes.get(i).canConvertToLong() && sizes.get(i).asLong() >= 0,
            file,
            name + " has the size " + sizes.get(i));
        shape[i] = sizes.get(i).asLong();
        bytes = Math.multiplyExact(bytes, shape[i]);
      }
    } catch (ArithmeticException e) {
      throw damaged(file, name + " is too large");
    }
    long begin = offsets.get(0).asLong();
    long end = offsets.get(1).asLong();
    require(
        begin >= 0 && end >= begin && end - begin == bytes && bytes <= Integer.MAX_VALUE - 8,
        file,
        name + " has a shape of " + bytes + " bytes but lies at bytes " + begin + " to " + end);
    return new Entry(name, shape, begin, end);
  }

  private static byte[] bytes(FileChannel channel, long at, int length, Path file)
      throws IOException {
    ByteBuffer target = ByteBuffer.wrap(new byte[length]);
    while (target.hasRemaining()) {
      if (channel.read(target, at + target.position()) < 0) {
        throw damaged(file, "it ends too early");
      }
    }
    return target.array();
  }

  private static void require(boolean holds, Path file, String otherwise) {
    if (!holds) {
      throw damaged(file, otherwise);
    }
  }

  private static BadDataException damaged(Path file, String why) {
    return new BadDataException(file + " is not a sound safetensors file: " + why);
  }
}
