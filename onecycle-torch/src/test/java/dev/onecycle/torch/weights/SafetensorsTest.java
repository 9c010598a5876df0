package dev.onecycle.torch.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  private static final Safetensors SAMPLE =
      new Safetensors(
          Map.of("who", "\"quotes\" and <tags> é"),
          List.of(
              new NamedTensor("a.weight", new long[] {2, 3}, new float[] {1, -2, 3, 4, 5, 1e-30f}),
              new NamedTensor("scalar", new long[] {}, new float[] {Float.MAX_VALUE}),
              new NamedTensor("none", new long[] {0, 4}, new float[] {})));

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("x.safetensors");
    SAMPLE.write(file);
    Safetensors back = Safetensors.read(file);
    assertThat(back.metadata()).isEqualTo(SAMPLE.metadata());
    assertThat(back.tensors()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(back.tensors().get(i).name()).isEqualTo(SAMPLE.tensors().get(i).name());
      assertThat(back.tensors().get(i).shape()).isEqualTo(SAMPLE.tensors().get(i).shape());
      assertThat(back.tensors().get(i).values()).isEqualTo(SAMPLE.tensors().get(i).values());
    }
  }

  /** The bytes by hand, from the description of the format. */
  @Test
  void theBytesFollowTheFormat() throws IOException {
    Path file = folder.resolve("x.safetensors");
    new Safetensors(Map.of(), List.of(new NamedTensor("w", new long[] {2}, new float[] {1, 2})))
        .write(file);
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 8).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded).put(header.getBytes(StandardCharsets.UTF_8));
    while (expected.position() < 8 + padded) {
      expected.put((byte) ' ');
    }
    expected.putFloat(1).putFloat(2);
    assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"__metadata__\":{\"k\":7},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]",
        "{\"w\":7}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} {}",
        " {\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{\"a\":0,\"b\":8}}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[null],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[NaN],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}",
        "{\"w\":{\"dtype\":[\"F32\"],\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"w\":null}",
        "{\"__metadata__\":[],\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"__metadata__\":null,\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"__metadata__\":{\"k\":{}},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"__metadata__\":{\"k\":\"a\",\"k\":\"a\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      })
  void hostileHeadersAreRefusedByFileName(String header) throws IOException {
    refused(header);
  }

  /** The numbers of each type, from the definitions of IEEE 754, bfloat16 and two's complement. */
  @ParameterizedTest
  @CsvSource({
    "F64, 000000000000F8BF9A9999999999B93F, -1.5 0.1",
    "F32, 0000C0BFCDCCCC3D, -1.5 0.1",
    "F16, 00BE662E01000080FF7B007C, -1.5 0.0999755859375 5.9604644775390625e-8 -0.0 65504 Infinity",
    "BF16, C0BFCD3D, -1.5 0.10009765625",
    "I64, FFFFFFFFFFFFFFFF0000000100000000, -1 16777216",
    "I32, FEFFFFFFFFFFFF00, -2 16777215",
    "I16, 0080FF7F, -32768 32767",
    "I8, 807F, -128 127",
    "U8, 80FF, 128 255",
    "BOOL, 0001, 0 1",
  })
  void everyTypeIsReadAsFloat32(String type, String bytes, String values) throws IOException {
    String[] expected = values.split(" ");
    NamedTensor tensor = Safetensors.read(oneArray(type, expected.length, bytes)).tensors().get(0);
    assertThat(tensor.values()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.valueOf(tensor.values()[i])).isEqualTo(Float.valueOf(expected[i]));
    }
  }

  private Path oneArray(String type, int count, String hex) throws IOException {
    byte[] values = HexFormat.of().parseHex(hex);
    byte[] json =
        "{\"w\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(type, count, values.length)
            .getBytes(UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(values);
    return Files.write(folder.resolve("w.safetensors"), bytes.array());
  }

  @Test
  void aWholeNumberIsNeverRounded() throws IOException {
    Path file = oneArray("I64", 2, "0100000100000000FFFFFFFFFFFFFF7F");
    StoredTensor stored = Safetensors.stored(file).tensors().get(0);
    assertThat(stored.type()).isEqualTo(ElementType.I64);
    assertThat(stored.wholeNumbers()).containsExactly(16_777_217, Long.MAX_VALUE);
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("w.safetensors: w holds 16777217")
        .hasMessageContaining("float32 cannot hold");
    Path largest = oneArray("I64", 1, "FFFFFFFFFFFFFF7F");
    assertThatThrownBy(() -> Safetensors.read(largest)).hasMessageContaining("9223372036854775807");
    Path smallest = oneArray("I64", 1, "0000000000000080");
    assertThat(Safetensors.read(smallest).tensors().get(0).values()).containsExactly(-0x1p63f);
  }

  @Test
  void anUnknownTypeIsNamed() throws IOException {
    Path file = oneArray("F8_E4M3", 2, "0001");
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("has w of type F8_E4M3; the types that are read are [F64, F32");
  }

  private void refused(String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).putFloat(1).putFloat(2);
    Path file = Files.write(folder.resolve("hostile.safetensors"), bytes.array());
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("hostile.safetensors is not a sound safetensors file");
  }

  @Test
  void endlessNestingAndCountsAreRefused() throws IOException {
    refused("{\"w\":" + "[".repeat(1_000_000));
    refused("{\"w\":" + "{\"a\":".repeat(100_000));
    refused("{\"__metadata__\":" + "{\"a\":".repeat(100_000));
    refused(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2"
            + ",1".repeat(1_000_000)
            + "],\"data_offsets\":[0,8]}}");
    refused("{\"w\":{\"dtype\":\"F32\",\"shape\":[" + "9".repeat(1_000_000) + "]}}");
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 100_001; i++) {
      many.append("\"" + i + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
    }
    refused(many + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}");
  }

  /** A head that claims more than the file has, or than a head may, is not asked memory for. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        17,
        100_000_000,
        100_000_001,
        Integer.MAX_VALUE,
        Long.MAX_VALUE,
        -1,
        Long.MIN_VALUE
      })
  void lyingLengthsAreRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(folder.resolve("x"), bytes.put("{}".getBytes(UTF_8)).array());
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("its header has a length of " + length);
  }

  @Test
  void bytesAfterTheArraysAreRefused() throws IOException {
    Path file = folder.resolve("x");
    SAMPLE.write(file);
    Files.write(file, new byte[1], StandardOpenOption.APPEND);
    assertThatThrownBy(() -> Safetensors.read(file)).hasMessageContaining("belong to no array");
  }

  @Test
  void arraysOfMoreThanOneChunkAreRead() {
    float[] values = new float[700_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = folder.resolve("x");
    new Safetensors(Map.of(), List.of(new NamedTensor("w", new long[] {values.length}, values)))
        .write(file);
    assertThat(Safetensors.read(file).tensors().get(0).values()).isEqualTo(values);
  }

  @Test
  void aFolderAndADeviceAreRefused() {
    assertThatThrownBy(() -> Safetensors.read(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path file = folder.resolve("x.safetensors");
    SAMPLE.write(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.read(cut)).isInstanceOf(BadDataException.class);
    }
  }

  @Test
  void randomDamageGivesAnErrorOrAValue() throws IOException {
    Path file = folder.resolve("x.safetensors");
    SAMPLE.write(file);
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bytes = whole.clone();
      for (int k = 0; k < 1 + random.nextInt(8); k++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Path damaged = Files.write(folder.resolve("damaged"), bytes);
      try {
        Safetensors.read(damaged);
      } catch (BadDataException expected) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(300);
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "in the way").resolve("x.safetensors");
    assertThatThrownBy(() -> SAMPLE.write(blocked)).isInstanceOf(CannotWriteException.class);
    assertThat(folder.resolve("file")).hasContent("in the way");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Safetensors.read(folder.resolve("absent")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("no such file");
  }
}
