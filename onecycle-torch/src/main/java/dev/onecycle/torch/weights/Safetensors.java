package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.ParseErrors;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A safetensors file: named arrays that Python reads too. The format is a length, a JSON header,
 * then the arrays, little-endian; nothing in it can be executed.
 *
 * <p>Reading checks everything before use: lengths, offsets without hole or overlap, types,
 * duplicate names. Arrays of all types of {@link ElementType} are read; what is written is float32.
 * <i>Source:</i> the format's description, huggingface/safetensors.
 *
 * @param metadata free text by name
 * @param tensors in the order of their bytes
 */
public record Safetensors(Map<String, String> metadata, List<NamedTensor> tensors) {
  private static final long MAX_HEADER = 100_000_000;
  private static final int CHUNK = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String METADATA = "__metadata__";

  public Safetensors {
    metadata = new TreeMap<>(metadata);
    tensors = List.copyOf(tensors);
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(file, this::to);
  }

  /** Writes the bytes of the format; does not close the stream. */
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
      if (root.has(tensor.name())) {
        throw new IllegalArgumentException("two arrays have the name " + tensor.name());
      }
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
   * Reads a file whose arrays float32 can hold, see {@link StoredTensor#toFloat32}. Its lengths are
   * checked before memory is allocated: reading takes about as much memory as the arrays have as
   * float32.
   *
   * @throws BadDataException where the file is missing, damaged, or holds a number that float32
   *     cannot hold
   */
  public static Safetensors read(Path file) {
    Stored stored = stored(file);
    try {
      return new Safetensors(
          stored.metadata, stored.tensors.stream().map(StoredTensor::toFloat32).toList());
    } catch (BadDataException e) {
      throw new BadDataException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The content of a file, each array of the type that it has there.
   *
   * @param metadata free text by name
   * @param tensors in the order of their bytes
   */
  record Stored(Map<String, String> metadata, List<StoredTensor> tensors) {}

  /**
   * Reads a file.
   *
   * @throws BadDataException where it is missing, damaged, or too large for the heap
   */
  static Stored stored(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BadDataException(file + " is not a sound safetensors file: it is no regular file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer length = littleEndian(new byte[8]);
      fill(length, channel, 0);
      long headerLength = length.getLong(0);
      if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
        throw new Unsound(
            "has a length of " + headerLength + ", so that it may be another kind of file");
      }
      long start = 8 + headerLength;
      ByteBuffer json = ByteBuffer.allocate((int) headerLength);
      fill(json, channel, 8);
      Header header = Header.parse(json.array(), size - start);
      return new Stored(header.metadata(), arrays(file, channel, start, header.entries()));
    } catch (Unsound e) {
      throw new BadDataException(
          file + " is not a sound safetensors file: its header " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new BadDataException(file + " is not a sound safetensors file: it ends too early", e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  private static List<StoredTensor> arrays(
      Path file, FileChannel channel, long start, List<Header.Entry> entries) throws IOException {
    try {
      Elements.requireHeap(
          entries.stream().mapToLong(entry -> Elements.bytes(entry.type(), entry.count())).sum());
      List<StoredTensor> tensors = new ArrayList<>();
      for (Header.Entry entry : entries) {
        Elements elements = Elements.zeros(entry.type(), Math.toIntExact(entry.count()));
        decode(elements, channel, start + entry.begin());
        tensors.add(new StoredTensor(entry.name(), entry.shape(), elements));
      }
      return tensors;
    } catch (BadDataException e) {
      throw new BadDataException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Reads in chunks, so that memory holds no second copy of a large array. */
  private static void decode(Elements target, FileChannel channel, long at) throws IOException {
    int size = target.type().bytes();
    long bytes = (long) target.count() * size;
    ByteBuffer piece = littleEndian(new byte[(int) Math.min(bytes, CHUNK)]);
    for (long done = 0; done < bytes; done += piece.limit()) {
      piece.clear().limit((int) Math.min(CHUNK, bytes - done));
      fill(piece, channel, at + done);
      target.decode(piece.flip(), (int) (done / size));
    }
  }

  private static void fill(ByteBuffer target, FileChannel channel, long at) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, at + target.position()) < 0) {
        throw new EOFException();
      }
    }
  }

  /**
   * The header of a file, read token by token: unsound parts are refused where they stand, so that
   * a hostile header never grows in memory.
   *
   * @param metadata free text by name
   * @param entries in the order of their bytes, which they cover without hole or overlap
   */
  private record Header(Map<String, String> metadata, List<Entry> entries) {
    private static final int MAX_METADATA = 10_000;
    private static final int MAX_ARRAYS = 100_000;
    private static final int MAX_DIMENSIONS = 64;

    /** Names of arrays are the file's choice: they do not go into tables that all readers share. */
    private static final JsonFactory TOKENS =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** An array, from byte to byte after the header. */
    record Entry(String name, ElementType type, long[] shape, long begin, long end) {
      long count() {
        return (end - begin) / type.bytes();
      }
    }

    /**
     * Reads a header.
     *
     * @param arrays the number of bytes after it, all of which must belong to its arrays
     */
    static Header parse(byte[] json, long arrays) throws IOException, Unsound {
      try (JsonParser parser = TOKENS.createParser(json)) {
        require(json[0] == '{' && parser.nextToken() == JsonToken.START_OBJECT, "is not JSON");
        Map<String, String> metadata = new TreeMap<>();
        List<Entry> entries = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (name.equals(METADATA)) {
            texts(parser, metadata);
          } else {
            entries.add(entry(parser, name));
            require(entries.size() <= MAX_ARRAYS, "has more than " + MAX_ARRAYS + " arrays");
          }
        }
        require(parser.nextToken() == null, "continues after its end");
        return new Header(metadata, contiguous(entries, arrays));
      } catch (JsonProcessingException e) {
        throw new Unsound("is not valid JSON: " + ParseErrors.reason(e));
      }
    }

    private static void texts(JsonParser parser, Map<String, String> texts)
        throws IOException, Unsound {
      require(parser.currentToken() == JsonToken.START_OBJECT, "has metadata that are not texts");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        require(parser.nextToken() == JsonToken.VALUE_STRING, "has metadata that are not texts");
        texts.put(name, parser.getText());
        require(texts.size() <= MAX_METADATA, "has more than " + MAX_METADATA + " metadata");
      }
    }

    private static Entry entry(JsonParser parser, String name) throws IOException, Unsound {
      require(Unsound.isName(name), "has a name that cannot be printed or is too long");
      String incomplete = "has " + name + ", which is not an array with type, shape and offsets";
      require(parser.currentToken() == JsonToken.START_OBJECT, incomplete);
      ElementType type = null;
      long[] shape = null;
      long[] offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (field) {
          case "dtype" -> {
            require(value == JsonToken.VALUE_STRING, incomplete);
            type = type(name, parser.getText());
          }
          case "shape" -> shape = sizes(parser, name, "shape");
          case "data_offsets" -> offsets = sizes(parser, name, "offsets");
          default -> throw new Unsound("has " + name + " with the unknown field " + field);
        }
      }
      if (type == null || shape == null || offsets == null || offsets.length != 2) {
        throw new Unsound(incomplete);
      }
      long bytes = bytes(name, type, shape);
      require(
          offsets[1] - offsets[0] == bytes,
          "has "
              + name
              + " with a shape of "
              + bytes
              + " bytes at bytes "
              + offsets[0]
              + " to "
              + offsets[1]);
      return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] sizes(JsonParser parser, String name, String field)
        throws IOException, Unsound {
      String otherwise = "has " + name + ", whose " + field + " are not whole numbers from 0 up";
      require(parser.currentToken() == JsonToken.START_ARRAY, otherwise);
      long[] sizes = new long[MAX_DIMENSIONS];
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, otherwise);
        require(count < MAX_DIMENSIONS, "has " + name + " with more than 64 " + field);
        sizes[count++] = parser.getLongValue();
        require(sizes[count - 1] >= 0, otherwise);
      }
      return Arrays.copyOf(sizes, count);
    }

    private static ElementType type(String name, String dtype) throws Unsound {
      return ElementType.named(dtype)
          .orElseThrow(
              () ->
                  new Unsound(
                      "has "
                          + name
                          + " of type "
                          + dtype
                          + "; the types that are read are "
                          + Arrays.toString(ElementType.values())));
    }

    private static long bytes(String name, ElementType type, long[] shape) throws Unsound {
      long count = 1;
      try {
        for (long size : shape) {
          count = Math.multiplyExact(count, size);
        }
      } catch (ArithmeticException e) {
        throw new Unsound("has " + name + ", which is too large");
      }
      require(count <= Elements.MAX_COUNT, "has " + name + ", which is too large");
      return count * type.bytes();
    }

    private static List<Entry> contiguous(List<Entry> entries, long arrays) throws Unsound {
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      long next = 0;
      for (Entry entry : entries) {
        require(
            entry.begin == next && entry.end <= arrays,
            "has " + entry.name + " at bytes " + entry.begin + " to " + entry.end);
        next = entry.end;
      }
      require(next == arrays, "leaves " + (arrays - next) + " bytes that belong to no array");
      return entries;
    }
  }
}
