package dev.onecycle.data;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Many strings in one piece of memory, made into objects only when asked for; immutable. */
final class Strings {
  private final byte[] utf8;
  private final int[] ends;

  private Strings(byte[] utf8, int[] ends) {
    this.utf8 = utf8;
    this.ends = ends;
  }

  static Strings of(List<String> list) {
    ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
    int[] ends = new int[list.size()];
    for (int i = 0; i < ends.length; i++) {
      utf8.writeBytes(list.get(i).getBytes(StandardCharsets.UTF_8));
      ends[i] = utf8.size();
    }
    return new Strings(utf8.toByteArray(), ends);
  }

  String get(int i) {
    int begin = i == 0 ? 0 : ends[i - 1];
    return new String(utf8, begin, ends[i] - begin, StandardCharsets.UTF_8);
  }

  int size() {
    return ends.length;
  }

  List<String> toList() {
    String[] all = new String[ends.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = get(i);
    }
    return List.of(all);
  }

  void write(DataOutputStream out) throws IOException {
    Ints.write(out, ends);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  static Strings read(DataInputStream in) throws IOException {
    int[] ends = Ints.read(in);
    byte[] utf8 = new byte[in.readInt()];
    in.readFully(utf8);
    return new Strings(utf8, ends);
  }
}
