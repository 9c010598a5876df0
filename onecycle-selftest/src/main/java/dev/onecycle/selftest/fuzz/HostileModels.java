package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damaged and hostile model files: none is a valid model. */
final class HostileModels {
  private static final int KINDS = 10;

  /** Ends of metadata names with values that no valid model has. */
  private static final String[][] METADATA = {
    {"network", "resnet20"},
    {"network", "\\u001b[2J"},
    {"network", "null"},
    {"network", "{}"},
    {"network", "[[[[[[[["},
    {"network", network("[3,8,8]", "{\"kind\":\"java.lang.ProcessBuilder\"}")},
    {"network", network("[3,8,8]", "{\"kind\":\"flatten\"}")},
    {"network", network("[3,-8,8]", "{\"kind\":\"flatten\"}")},
    {"network", network("[3,8]", "{\"kind\":\"flatten\"}")},
    {"network", network("[3,2147483647,2147483647]", "{\"kind\":\"flatten\"}")},
    {"network", network("[3,1e400,8]", "{\"kind\":\"flatten\"}")},
    {"network", network("[3,8,8]", "{\"kind\":\"dropout\",\"rate\":2}")},
    {"classes", "null"},
    {"classes", "[1,2]"},
    {"classes", "[null,null]"},
    {"classes", "{}"},
    {"classes", "[[[[[[[["},
    {"means", "[0.5]"},
    {"means", "[NaN,NaN,NaN]"},
    {"stds", "[0,0,0]"},
    {"stds", "[1e400,1,1]"}
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

  private static String network(String input, String layers) {
    return "{\"name\":\"x\",\"input\":" + input + ",\"outputs\":2,\"layers\":" + layers + "}";
  }

  /** The bytes of the model with a number: always the same for the same intact model. */
  static byte[] of(int number, byte[] intact) {
    SplittableRandom random = new SplittableRandom(number);
    return switch (number % KINDS) {
      case 0 -> Arrays.copyOf(intact, random.nextInt(intact.length));
      case 1 -> Arrays.copyOf(intact, intact.length + random.nextInt(1, 1 << 16));
      case 2 -> length(intact, LENGTHS[random.nextInt(LENGTHS.length)]);
      case 3, 4 -> file(HEADERS[random.nextInt(HEADERS.length)], new byte[8]);
      case 5 -> manyClasses(intact);
      case 6 -> twice(intact, random);
      case 7 -> notFinite(intact, random);
      default -> metadata(intact, METADATA[random.nextInt(METADATA.length)]);
    };
  }

  private static byte[] length(byte[] intact, long length) {
    byte[] bytes = intact.clone();
    littleEndian(bytes).putLong(length);
    return bytes;
  }

  private static byte[] metadata(byte[] intact, String[] change) {
    String value = change[1].replace("\"", "\\\"");
    return withHeader(
        intact,
        header(intact)
            .replaceFirst(
                "\"onecycle." + change[0] + "\":\"(\\\\.|[^\"\\\\])*\"",
                Matcher.quoteReplacement("\"onecycle." + change[0] + "\":\"" + value + "\"")));
  }

  private static byte[] manyClasses(byte[] intact) {
    return metadata(intact, new String[] {"classes", "[\"a\"" + ",\"a\"".repeat(1_000_000) + "]"});
  }

  /** Adds an array a second time, under the same name. */
  private static byte[] twice(byte[] intact, SplittableRandom random) {
    Matcher arrays = Pattern.compile("\"[\\w.]+\":\\{\"dtype\"[^}]*\\}").matcher(header(intact));
    for (int i = random.nextInt(10); i >= 0 && arrays.find(); i--) {}
    return withHeader(
        intact, header(intact).stripTrailing().replaceFirst("\\}$", "," + arrays.group() + "}"));
  }

  private static byte[] notFinite(byte[] intact, SplittableRandom random) {
    byte[] bytes = intact.clone();
    int begin = 8 + headerLength(intact);
    int at = begin + 4 * random.nextInt((bytes.length - begin) / 4);
    littleEndian(bytes).putFloat(at, random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY);
    return bytes;
  }

  private static int headerLength(byte[] intact) {
    return Math.toIntExact(littleEndian(intact).getLong());
  }

  private static String header(byte[] intact) {
    return new String(intact, 8, headerLength(intact), UTF_8);
  }

  private static byte[] withHeader(byte[] intact, String header) {
    return file(header, Arrays.copyOfRange(intact, 8 + headerLength(intact), intact.length));
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
