package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads pickles into plain values and runs nothing: no class is loaded by a name in the file, no
 * method is found by a name, no object is compared or hashed except texts and numbers. Names and
 * calls go to {@link Names}, which knows a fixed list.
 *
 * <p>Values are String, Long, BigInteger, Double, Boolean, {@link #NONE}, byte[], {@link Tuple},
 * List (lists and sets), Map (dictionaries), and objects of {@link Names}. The operations are the
 * binary ones of protocols 2 to 5; all others are refused. The number of operations is limited and
 * every length is compared with the bytes that are left, so that memory stays within a small
 * multiple of the limit.
 *
 * <p><i>Source:</i> Python's pickletools.py, which describes each operation.
 */
final class PickleReader {
  /** Python's None. */
  static final Object NONE =
      new Object() {
        @Override
        public String toString() {
          return "None";
        }
      };

  private static final int MAX_OPERATIONS = 2_000_000;
  private static final int MAX_NAME = 1000;
  private static final int MAX_LONG_BYTES = 1000;

  /** A tuple; two of them are never compared. */
  record Tuple(List<Object> items) {}

  /** What the names in a pickle mean. Each method refuses with a reason that names the thing. */
  interface Names {
    /** The value of a module's name. */
    Object named(String module, String name) throws Unsound;

    /** The value of a call. */
    Object called(Object function, List<Object> arguments) throws Unsound;

    /** A new object of a class. */
    Object created(Object type, List<Object> arguments) throws Unsound;

    /** Gives an object its state. */
    void built(Object target, Object state) throws Unsound;

    /** The value that is stored outside of the pickle. */
    Object stored(Object id) throws Unsound;
  }

  private final InputStream in;
  private final Names names;
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private long left;

  private PickleReader(InputStream in, long limit, Names names) {
    this.in = in;
    this.left = limit;
    this.names = names;
  }

  /**
   * Reads one pickle; the stream is then behind it.
   *
   * @param in should be buffered
   * @param limit bytes that the pickle may have at most
   * @throws EOFException where the stream ends within
   */
  static Object read(InputStream in, long limit, Names names) throws IOException, Unsound {
    return new PickleReader(in, limit, names).value();
  }

  private Object value() throws IOException, Unsound {
    for (int i = 0; i < MAX_OPERATIONS; i++) {
      int operation = next();
      if (operation == '.') {
        return pop();
      }
      run(operation);
    }
    throw new Unsound("its pickle has more than " + MAX_OPERATIONS + " operations");
  }

  private void run(int operation) throws IOException, Unsound {
    switch (operation) {
      case 0x80 -> require(next() <= 5, "its pickle is of an unknown protocol");
      case 0x95 -> bytes(8);
      case '(' -> marks.push(stack.size());
      case '0' -> pop();
      case '1' -> sinceMark();
      case '2' -> push(top());
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) little(4).getInt());
      case 'K' -> push((long) next());
      case 'M' -> push((long) (little(2).getShort() & 0xFFFF));
      case 0x8a -> push(number(next()));
      case 0x8b -> push(number(little(4).getInt()));
      case 'G' -> push(ByteBuffer.wrap(bytes(8)).getDouble());
      case 'X' -> push(text(unsigned()));
      case 0x8c -> push(text(next()));
      case 0x8d -> push(text(little(8).getLong()));
      case 'T' -> push(text(little(4).getInt()));
      case 'U' -> push(text(next()));
      case 'B' -> push(bytes(unsigned()));
      case 'C' -> push(bytes(next()));
      case 0x8e, 0x96 -> push(bytes(little(8).getLong()));
      case ']', 0x8f -> push(new ArrayList<>(0));
      case '}' -> push(new LinkedHashMap<>(0));
      case ')' -> push(new Tuple(List.of()));
      case 0x85 -> push(tuple(1));
      case 0x86 -> push(tuple(2));
      case 0x87 -> push(tuple(3));
      case 't' -> push(new Tuple(Collections.unmodifiableList(sinceMark())));
      case 'l', 0x91 -> push(sinceMark());
      case 'd' -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        putAll(sinceMark(), map);
        push(map);
      }
      case 'a' -> {
        Object item = pop();
        topList().add(item);
      }
      case 'e', 0x90 -> {
        List<Object> items = sinceMark();
        topList().addAll(items);
      }
      case 's' -> {
        List<Object> pair = tuple(2).items();
        putAll(pair, topMap());
      }
      case 'u' -> {
        List<Object> pairs = sinceMark();
        putAll(pairs, topMap());
      }
      case 'h' -> push(remembered(next()));
      case 'j' -> push(remembered(little(4).getInt()));
      case 'q' -> memo.put(next(), top());
      case 'r' -> memo.put(little(4).getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'c' -> push(names.named(line(), line()));
      case 'i' ->
          throw new Unsound("its pickle makes " + names.named(line(), line()) + " in an old way");
      case 0x93 -> {
        Object name = pop();
        Object module = pop();
        require(
            module instanceof String && name instanceof String,
            "its pickle has a name that is no text");
        push(names.named((String) module, (String) name));
      }
      case 'R' -> {
        List<Object> arguments = arguments();
        push(names.called(pop(), arguments));
      }
      case 0x81 -> {
        List<Object> arguments = arguments();
        push(names.created(pop(), arguments));
      }
      case 'b' -> {
        Object state = pop();
        names.built(top(), state);
      }
      case 'Q' -> push(names.stored(pop()));
      default ->
          throw new Unsound(
              String.format(
                  "its pickle has operation 0x%02x, which PyTorch does not write", operation));
    }
  }

  private int next() throws IOException, Unsound {
    require(left-- > 0, "its pickle is too large");
    int value = in.read();
    if (value < 0) {
      throw new EOFException();
    }
    return value;
  }

  private byte[] bytes(long count) throws IOException, Unsound {
    require(count >= 0 && count <= left, "its pickle claims a text of " + count + " bytes");
    left -= count;
    byte[] bytes = in.readNBytes((int) count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }

  private ByteBuffer little(int count) throws IOException, Unsound {
    return ByteBuffer.wrap(bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long unsigned() throws IOException, Unsound {
    return little(4).getInt() & 0xFFFF_FFFFL;
  }

  private String text(long count) throws IOException, Unsound {
    return new String(bytes(count), UTF_8);
  }

  private String line() throws IOException, Unsound {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = next(); c != '\n'; c = next()) {
      require(line.size() < MAX_NAME, "its pickle has a name of more than " + MAX_NAME + " bytes");
      line.write(c);
    }
    return line.toString(ISO_8859_1);
  }

  /** A whole number in two's complement, the lowest byte first. */
  private Object number(int count) throws IOException, Unsound {
    require(count <= MAX_LONG_BYTES, "its pickle has a number of " + count + " bytes");
    byte[] bytes = bytes(count);
    for (int i = 0; i < count / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[count - 1 - i];
      bytes[count - 1 - i] = swapped;
    }
    BigInteger number = count == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object top() throws Unsound {
    requireAboveMark(1);
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws Unsound {
    requireAboveMark(1);
    return stack.remove(stack.size() - 1);
  }

  private void requireAboveMark(int count) throws Unsound {
    int bottom = marks.isEmpty() ? 0 : marks.peek();
    require(stack.size() - bottom >= count, "its pickle takes a value where there is none");
  }

  private List<Object> sinceMark() throws Unsound {
    require(!marks.isEmpty(), "its pickle has no mark where it needs one");
    return taken(marks.pop());
  }

  private Tuple tuple(int count) throws Unsound {
    requireAboveMark(count);
    return new Tuple(Collections.unmodifiableList(taken(stack.size() - count)));
  }

  private List<Object> taken(int from) {
    List<Object> above = stack.subList(from, stack.size());
    List<Object> items = new ArrayList<>(above);
    above.clear();
    return items;
  }

  private List<Object> arguments() throws Unsound {
    if (pop() instanceof Tuple tuple) {
      return tuple.items();
    }
    throw new Unsound("its pickle has a call without arguments");
  }

  @SuppressWarnings("unchecked")
  private List<Object> topList() throws Unsound {
    if (top() instanceof ArrayList<?> list) {
      return (List<Object>) list;
    }
    throw new Unsound("its pickle adds items to something that is no list");
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> topMap() throws Unsound {
    if (top() instanceof LinkedHashMap<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw new Unsound("its pickle adds entries to something that is no dictionary");
  }

  /** Puts keys and values, which alternate. */
  static void putAll(List<Object> pairs, Map<Object, Object> map) throws Unsound {
    require(pairs.size() % 2 == 0, "its pickle has a key without a value");
    for (int i = 0; i < pairs.size(); i += 2) {
      map.put(key(pairs.get(i)), pairs.get(i + 1));
    }
  }

  /**
   * A key that is safe to hash. Hashing a list that contains itself would not end; nobody looks for
   * such a key, so each stands for itself.
   */
  private static Object key(Object key) {
    return key instanceof String
            || key instanceof Long
            || key instanceof Double
            || key instanceof Boolean
        ? key
        : new Object();
  }

  private Object remembered(int index) throws Unsound {
    Object value = memo.get(index);
    require(value != null, "its pickle has no value " + index);
    return Objects.requireNonNull(value);
  }
}
