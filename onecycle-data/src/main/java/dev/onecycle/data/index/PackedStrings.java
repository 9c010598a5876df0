package dev.onecycle.data.index;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A compact list of strings: one byte array, from which each string is decoded on access. */
public final class PackedStrings {
  private final byte[] utf8;
  private final int[] ends;

  private PackedStrings(byte[] utf8, int[] ends) {
    this.utf8 = utf8;
    this.ends = ends;
  }

  public static PackedStrings of(List<String> list) {
    ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
    int[] ends = new int[list.size()];
    for (int i = 0; i < ends.length; i++) {
      utf8.writeBytes(list.get(i).getBytes(StandardCharsets.UTF_8));
      ends[i] = utf8.size();
    }
    return new PackedStrings(utf8.toByteArray(), ends);
  }

  public String get(int i) {
    int begin = i == 0 ? 0 : ends[i - 1];
    return new String(utf8, begin, ends[i] - begin, StandardCharsets.UTF_8);
  }

  public int size() {
    return ends.length;
  }

  public List<String> toList() {
    String[] all = new String[ends.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = get(i);
    }
    return List.of(all);
  }

  public void write(DataOutputStream out) throws IOException {
    IntArrays.write(out, ends);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  public static PackedStrings read(DataInputStream in) throws IOException {
    int[] ends = IntArrays.read(in);
    byte[] utf8 = new byte[in.readInt()];
    in.readFully(utf8);
    return new PackedStrings(utf8, ends);
  }
}
