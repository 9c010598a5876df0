package dev.onecycle.data.archive;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** The ways in which a tar file may be compressed, told by their first bytes. */
enum Compression {
  NONE,
  GZIP(0x1F, 0x8B),
  BZIP2('B', 'Z', 'h'),
  XZ(0xFD, '7', 'z', 'X', 'Z', 0),
  ZSTD(0x28, 0xB5, 0x2F, 0xFD);

  private static final int BUFFER = 1 << 16;

  /** Enough for the strongest preset of xz, in KiB. */
  private static final int MAX_XZ_MEMORY = 100 << 10;

  private final int[] magic;

  Compression(int... magic) {
    this.magic = magic;
  }

  /** The compression of a file by its first bytes. */
  static Compression of(byte[] head) {
    for (Compression compression : values()) {
      if (compression != NONE && compression.begins(head)) {
        return compression;
      }
    }
    return NONE;
  }

  private boolean begins(byte[] head) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= head.length || (head[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a compressed file. */
  InputStream expanded(InputStream file) throws IOException {
    return switch (this) {
      case NONE -> file;
      case GZIP -> new GZIPInputStream(file, BUFFER);
      case BZIP2 -> new BZip2CompressorInputStream(file, true);
      case XZ -> new XZInputStream(file, MAX_XZ_MEMORY);
      case ZSTD -> new ZstdInputStream(file);
    };
  }
}
