package dev.onecycle.data.index;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Conversions between arrays of ints and bytes. */
public final class IntArrays {
  private IntArrays() {}

  public static byte[] toBytes(int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Integer.BYTES));
    bytes.asIntBuffer().put(values);
    return bytes.array();
  }

  public static void write(DataOutputStream out, int[] values) throws IOException {
    out.writeInt(values.length);
    out.write(toBytes(values));
  }

  public static int[] read(DataInputStream in) throws IOException {
    int[] values = new int[in.readInt()];
    byte[] bytes = new byte[Math.multiplyExact(values.length, Integer.BYTES)];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asIntBuffer().get(values);
    return values;
  }
}
