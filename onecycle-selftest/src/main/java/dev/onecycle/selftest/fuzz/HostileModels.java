package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Model files as training would never write them: none is a model. */
final class HostileModels {
  private static final int KINDS = 10;

  /** Metadata by the end of their names, and what a sound model never has there. */
  private static final String[][] METADATA = {
    {"model", "resnet21"},
    {"model", "\\u001b[2J"},
    {"model", "resnet110"},
    {"classes", "null"},
    {"classes", "[1,2]"},
    {"classes", "[null,null]"},
    {"classes", "{}"},
    {"classes", "[[[[[[[["},
    {"input", "[3,-8,8]"},
    {"input", "[3,8]"},
    {"input", "[3,2147483647,2147483647]"},
    {"input", "[3,1e400,8]"},
    {"input", "null"},
    {"means", "[0.5]"},
    {"means", "[NaN,NaN,NaN]"},
    {"deviations", "[0,0,0]"},
    {"deviations", "[1e400,1,1]"},
    {"dropout", "NaN"},
    {"dropout", "2"},
    {"dropout", "null"}
  };

  private static final String[] HEADERS = {
    "[]",
    "null",
    "{} x",
    "{\"w\":null}",
    "{\"w\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{\"a\":0,\"b\":8}}}",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,-8]}}",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[1e999],\"data_offsets\":[0,8]}}",
    "{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
    "{\"__metadata__\":{\"a\":{}}}",
    "{\"\\u001b[2J\\n\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
    "{\"w\":" + "[".repeat(1_000_000),
    "{\"__metadata__\":" + "{\"a\":".repeat(100_000)
  };

  private static final long[] LENGTHS = {
    0, 1, 100_000_000, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };

  private HostileModels() {}

  /** The bytes of a number: always the same of the same sound model. */
  static byte[] of(int number, byte[] sound) {
    SplittableRandom random = new SplittableRandom(number);
    return switch (number % KINDS) {
      case 0 -> Arrays.copyOf(sound, random.nextInt(sound.length));
      case 1 -> Arrays.copyOf(sound, sound.length + random.nextInt(1, 1 << 16));
      case 2 -> length(sound, LENGTHS[random.nextInt(LENGTHS.length)]);
      case 3, 4 -> file(HEADERS[random.nextInt(HEADERS.length)], new byte[8]);
      case 5 -> manyClasses(sound);
      case 6 -> twice(sound, random);
      case 7 -> notFinite(sound, random);
      default -> metadata(sound, METADATA[random.nextInt(METADATA.length)]);
    };
  }

  private static byte[] length(byte[] sound, long length) {
    byte[] bytes = sound.clone();
    littleEndian(bytes).putLong(length);
    return bytes;
  }

  private static byte[] metadata(byte[] sound, String[] change) {
    String value = change[1].replace("\"", "\\\"");
    return withHeader(
        sound,
        header(sound)
            .replaceFirst(
                "\"onecycle." + change[0] + "\":\"(\\\\.|[^\"\\\\])*\"",
                Matcher.quoteReplacement("\"onecycle." + change[0] + "\":\"" + value + "\"")));
  }

  private static byte[] manyClasses(byte[] sound) {
    return metadata(sound, new String[] {"classes", "[\"a\"" + ",\"a\"".repeat(1_000_000) + "]"});
  }

  /** One of the arrays stands there again, under its name. */
  private static byte[] twice(byte[] sound, SplittableRandom random) {
    Matcher arrays = Pattern.compile("\"[\\w.]+\":\\{\"dtype\"[^}]*\\}").matcher(header(sound));
    for (int i = random.nextInt(10); i >= 0 && arrays.find(); i--) {}
    return withHeader(
        sound, header(sound).stripTrailing().replaceFirst("\\}$", "," + arrays.group() + "}"));
  }

  private static byte[] notFinite(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    int begin = 8 + headerLength(sound);
    int at = begin + 4 * random.nextInt((bytes.length - begin) / 4);
    littleEndian(bytes).putFloat(at, random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY);
    return bytes;
  }

  private static int headerLength(byte[] sound) {
    return Math.toIntExact(littleEndian(sound).getLong());
  }

  private static String header(byte[] sound) {
    return new String(sound, 8, headerLength(sound), UTF_8);
  }

  private static byte[] withHeader(byte[] sound, String header) {
    return file(header, Arrays.copyOfRange(sound, 8 + headerLength(sound), sound.length));
  }

  private static byte[] file(String header, byte[] arrays) {
    byte[] json = header.getBytes(UTF_8);
    byte[] bytes = new byte[8 + json.length + arrays.length];
    littleEndian(bytes).putLong(json.length).put(json).put(arrays);
    return bytes;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
