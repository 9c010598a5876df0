package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.text.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A digest of the rows that a run has trained on, by which other rows are told. Neither the order
 * nor the partitions of the rows change it. An image that is a path is told by its path alone.
 *
 * @param count of rows
 * @param sum of a hash of each row; a sum, since equal rows must not cancel each other
 */
record RowDigest(long count, long sum) {
  /** No rows. */
  static final RowDigest NONE = new RowDigest(0, 0);

  private static final String ROWS = "rows";
  private static final String SUM = "sum_of_hashes";

  /** The rows of a dataset, in one pass over them. */
  static RowDigest of(Dataset<?> dataset, StagedImages.Columns columns) {
    boolean named = columns.id().isPresent();
    FlatMapFunction<Iterator<Row>, long[]> partition =
        rows -> {
          RowDigest all = NONE;
          while (rows.hasNext()) {
            all = all.plus(rows.next(), named);
          }
          return List.of(new long[] {all.count, all.sum}).iterator();
        };
    RowDigest all = NONE;
    for (long[] part : columns.of(dataset).toJavaRDD().mapPartitions(partition).collect()) {
      all = all.plus(new RowDigest(part[0], part[1]));
    }
    return all;
  }

  /** Reads what {@link #addTo} wrote. */
  static RowDigest of(JsonNode json) {
    return new RowDigest(json.get(ROWS).asLong(), json.get(SUM).asLong());
  }

  /** Adds this to a JSON object. */
  ObjectNode addTo(ObjectNode json) {
    return json.put(ROWS, count).put(SUM, sum);
  }

  /** These rows and others. */
  RowDigest plus(RowDigest other) {
    return new RowDigest(count + other.count, sum + other.sum);
  }

  /**
   * These rows and another one.
   *
   * @param row of {@link StagedImages.Columns#of}
   * @param named whether its key is a name; otherwise the key is a digest of the image, or its path
   */
  RowDigest plus(Row row, boolean named) {
    MessageDigest digest = Sha256.digest();
    add(digest, String.valueOf(row.get(0)));
    add(digest, row.getString(1));
    add(digest, String.valueOf(row.get(2)));
    if (named) {
      addImage(digest, row.get(3));
    }
    return plus(new RowDigest(1, ByteBuffer.wrap(digest.digest()).getLong()));
  }

  private static void addImage(MessageDigest digest, @Nullable Object image) {
    if (image instanceof Row pixels) {
      addImage(digest, pixels.getAs("data"));
      for (String field : List.of("height", "width", "mode")) {
        add(digest, String.valueOf(pixels.<Object>getAs(field)));
      }
    } else if (image instanceof byte[] bytes) {
      add(digest, bytes);
    } else {
      add(digest, (String) image);
    }
  }

  private static void add(MessageDigest digest, @Nullable String text) {
    add(digest, text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8));
  }

  /** With the length before it, so that no two rows give the same bytes. */
  private static void add(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
    digest.update(bytes);
  }

  /** For people. */
  @Override
  public String toString() {
    return count + " rows with the digest " + Long.toHexString(sum);
  }
}
