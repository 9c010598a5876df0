package dev.onecycle.torch.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.torch.weights.SafetensorsHeader.Unsound;
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
  private static final int PIECE = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  static final String METADATA = "__metadata__";

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
   * Reads a file, whose lengths are checked before memory is asked for: it takes about the size of
   * the file.
   *
   * @throws BadDataException where the file is missing, damaged, or holds anything but float32
   */
  public static Safetensors read(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BadDataException(file + " is not a sound safetensors file: it is no regular file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer length = littleEndian(new byte[8]);
      fill(length, channel, 0);
      long headerLength = length.getLong(0);
      if (headerLength < 2 || headerLength > LARGEST_HEADER || headerLength > size - 8) {
        throw new Unsound("has a length of " + headerLength);
      }
      long start = 8 + headerLength;
      ByteBuffer json = ByteBuffer.allocate((int) headerLength);
      fill(json, channel, 8);
      SafetensorsHeader header = SafetensorsHeader.parse(json.array(), size - start);
      List<NamedTensor> tensors = new ArrayList<>();
      for (SafetensorsHeader.Entry entry : header.entries()) {
        float[] values = floats(channel, start + entry.begin(), entry.bytes());
        tensors.add(new NamedTensor(entry.name(), entry.shape(), values));
      }
      return new Safetensors(header.metadata(), tensors);
    } catch (Unsound e) {
      throw new BadDataException(
          file + " is not a sound safetensors file: its header " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new BadDataException(file + " is not a sound safetensors file: it ends too early", e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** In pieces, so that no second copy of a large array lies in memory. */
  private static float[] floats(FileChannel channel, long at, int bytes) throws IOException {
    float[] values = new float[bytes / Float.BYTES];
    ByteBuffer piece = littleEndian(new byte[Math.min(bytes, PIECE)]);
    for (int done = 0; done < bytes; done += piece.limit()) {
      piece.clear().limit(Math.min(PIECE, bytes - done));
      fill(piece, channel, at + done);
      piece.flip().asFloatBuffer().get(values, done / Float.BYTES, piece.limit() / Float.BYTES);
    }
    return values;
  }

  private static void fill(ByteBuffer target, FileChannel channel, long at) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, at + target.position()) < 0) {
        throw new EOFException();
      }
    }
  }
}
