package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The images of a dataset as tar shards in a shared folder, in WebDataset's convention.
 *
 * <p>Their order does not depend on the order or the partitions of the rows: images are sorted by
 * the column of ids, where there is one, else by the path, else by the SHA-256 of the bytes; the
 * label decides between equal ones. Training images come before those of validation.
 *
 * @param id another one each time that images are written
 * @param shards in their order
 * @param rows those that were written
 * @param writeSeconds the time that writing them took; 0 where they were there
 */
record StagedImages(String id, List<Shard> shards, RowDigest rows, double writeSeconds) {
  /** The file that is written last, with the list of the shards. */
  static final String MANIFEST = "shards.json";

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * One file.
   *
   * @param name of the file
   * @param images that it has
   * @param bytes that it takes
   */
  record Shard(String name, long images, long bytes) {}

  /**
   * The columns of a dataset.
   *
   * @param image with the image, in one of the forms of {@link ImageCell}
   * @param label a number or a text
   * @param id that orders the images
   * @param validation whether a row is of validation
   */
  record Columns(String image, String label, Optional<String> id, Optional<String> validation) {
    /** As a JSON object. */
    ObjectNode json() {
      ObjectNode json = JSON.createObjectNode().put("image", image).put("label", label);
      id.ifPresent(name -> json.put("id", name));
      validation.ifPresent(name -> json.put("validation", name));
      return json;
    }

    /**
     * The rows of a dataset as columns {@code validation}, {@code key}, {@code label}, {@code
     * image} and {@code content}, of which the key orders them, and the content rows of one key.
     */
    Dataset<Row> of(Dataset<?> dataset) {
      StructType schema = dataset.schema();
      Column content = ImageCell.order(schema, image);
      Column key = id.map(name -> functions.col(name).cast("string")).orElse(content);
      Column held =
          validation
              .map(name -> functions.coalesce(functions.col(name), functions.lit(false)))
              .orElse(functions.lit(false));
      boolean text = schema.apply(label).dataType() instanceof StringType;
      Column classes = functions.col(label);
      return dataset.select(
          held.cast("boolean").as("validation"),
          key.as("key"),
          (text ? classes : classes.cast("double")).as("label"),
          functions.col(image).as("image"),
          (id.isPresent() ? content : functions.lit("")).as("content"));
    }
  }

  StagedImages {
    shards = List.copyOf(shards);
  }

  /** Writes the images of a dataset, in place of all that is in the folder. */
  static StagedImages write(
      Dataset<?> dataset,
      Columns columns,
      SharedFolder folder,
      Broadcast<SerializableConfiguration> hadoop) {
    long begin = System.nanoTime();
    // A training reads every shard that is here, also one that a failed attempt left.
    delete(folder);
    int partitions = dataset.sparkSession().sparkContext().defaultParallelism();
    List<String> answers =
        columns
            .of(dataset)
            .repartitionByRange(
                partitions,
                functions.col("validation"),
                functions.col("key"),
                functions.col("label"))
            .sortWithinPartitions("validation", "key", "label", "content")
            .toJavaRDD()
            .mapPartitionsWithIndex(new Writer(folder.uri(), hadoop, columns), true)
            .collect();
    StagedImages staged = of(answers, columns);
    folder.write(MANIFEST, out -> out.write(staged.json()));
    return new StagedImages(
        staged.id, staged.shards, staged.rows, (System.nanoTime() - begin) / 1e9);
  }

  /** Deletes all images; the list of them first, so that no part of them is taken for the whole. */
  static void delete(SharedFolder folder) {
    folder.delete(MANIFEST);
    folder.delete();
  }

  private static StagedImages of(List<String> answers, Columns columns) {
    List<Shard> train = new ArrayList<>();
    List<Shard> validation = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    RowDigest rows = RowDigest.NONE;
    for (JsonNode answer : answers.stream().map(StagedImages::parsed).toList()) {
      if (answer.has("problem")) {
        problems.add(answer.get("problem").asText());
      } else {
        Shard shard = shard(answer);
        (shard.name.startsWith("train-") ? train : validation).add(shard);
        rows = rows.plus(RowDigest.of(answer));
      }
    }
    if (!problems.isEmpty()) {
      throw new BadDataException(problems.get(0));
    }
    if (train.isEmpty()) {
      throw new BadDataException(
          "the dataset must have rows to train on but has none; column "
              + columns.image
              + " is empty"
              + columns.validation.map(name -> ", or all rows have " + name).orElse(""));
    }
    train.addAll(validation);
    return new StagedImages(UUID.randomUUID().toString(), train, rows, 0);
  }

  /** Reads the list of the shards in a folder; empty where they are not all written. */
  static Optional<StagedImages> in(SharedFolder folder) {
    if (!folder.has(MANIFEST)) {
      return Optional.empty();
    }
    return Optional.of(parse(new String(folder.read(MANIFEST), StandardCharsets.UTF_8)));
  }

  static StagedImages parse(String json) {
    JsonNode root = parsed(json);
    List<Shard> shards = new ArrayList<>();
    root.get("shards").forEach(node -> shards.add(shard(node)));
    return new StagedImages(root.get("id").asText(), shards, RowDigest.of(root), 0);
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new BadDataException("the list of shards cannot be understood: " + json, e);
    }
  }

  private static Shard shard(JsonNode node) {
    return new Shard(
        node.get("name").asText(), node.get("images").asLong(), node.get("bytes").asLong());
  }

  byte[] json() {
    ObjectNode root = rows.addTo(JSON.createObjectNode().put("id", id));
    var list = root.putArray("shards");
    for (Shard shard : shards) {
      list.addObject()
          .put("name", shard.name)
          .put("images", shard.images)
          .put("bytes", shard.bytes);
    }
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Writes the rows of a partition, on an executor; answers a JSON object for each shard. */
  private static final class Writer implements Function2<Integer, Iterator<Row>, Iterator<String>> {
    private static final long serialVersionUID = 1;

    private final String folder;
    private final Broadcast<SerializableConfiguration> hadoop;
    private final String imageColumn;
    private final String labelColumn;
    private final String idColumn;

    Writer(String folder, Broadcast<SerializableConfiguration> hadoop, Columns columns) {
      this.folder = folder;
      this.hadoop = hadoop;
      this.imageColumn = columns.image;
      this.labelColumn = columns.label;
      this.idColumn = columns.id.orElse("");
    }

    @Override
    public Iterator<String> call(Integer partition, Iterator<Row> rows) {
      SharedFolder shared = new SharedFolder(folder, hadoop.value().value());
      ImageCell.Reader reader = new ImageCell.Reader(hadoop.value().value());
      List<String> answers = new ArrayList<>();
      Ahead ahead = new Ahead(rows);
      try {
        for (boolean validation : new boolean[] {false, true}) {
          if (ahead.has(validation)) {
            String name =
                String.format(Locale.ROOT, "%s-%06d.tar", validation ? "val" : "train", partition);
            RowDigest[] written = {RowDigest.NONE};
            shared.write(
                name,
                out -> {
                  try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
                    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
                    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
                    while (ahead.has(validation)) {
                      Row row = ahead.next();
                      add(tar, partition, written[0].count(), row, reader);
                      written[0] = written[0].plus(row, !idColumn.isEmpty());
                    }
                  }
                });
            answers.add(
                written[0]
                    .addTo(JSON.createObjectNode())
                    .put("name", name)
                    .put("images", written[0].count())
                    .put("bytes", shared.size(name))
                    .toString());
          }
        }
      } catch (BadDataException e) {
        // Not thrown: Spark would try the same rows again.
        return Collections.singleton(
                JSON.createObjectNode().put("problem", e.getMessage()).toString())
            .iterator();
      }
      return answers.iterator();
    }

    private void add(
        TarArchiveOutputStream tar, int partition, long index, Row row, ImageCell.Reader reader)
        throws IOException {
      @Nullable Object key = row.get(1);
      @Nullable Object label = row.get(2);
      @Nullable Object image = row.get(3);
      if (image == null) {
        throw missing(imageColumn, key);
      }
      if (key == null) {
        throw missing(idColumn + ", the idCol,", key);
      }
      if (label == null) {
        throw missing(labelColumn, key);
      }
      byte[] file = reader.bytes(image);
      String name =
          String.format(
              Locale.ROOT,
              "%06d-%09d-%s",
              partition,
              index,
              idColumn.isEmpty() ? hash(file) : cleaned(String.valueOf(key)));
      put(tar, name + ".cls", label(label).getBytes(StandardCharsets.UTF_8));
      put(tar, name + ImageCell.extension(file), file);
    }

    private static BadDataException missing(String column, @Nullable Object key) {
      return new BadDataException(
          "column "
              + column
              + " must have a value in each row but has none in "
              + (key == null ? "one of them" : "row " + key)
              + "; leave such rows out with na().drop()");
    }

    private String label(Object label) {
      if (label instanceof String text) {
        return text;
      }
      double number = ((Number) label).doubleValue();
      if (number != Math.rint(number) || number < 0 || number >= ClassIndex.MAX_CLASSES) {
        throw new BadDataException(
            Numbers.format(
                "column %s must have classes as whole numbers from 0 up but has %s; use a column"
                    + " of texts, or StringIndexer",
                labelColumn, number));
      }
      return Long.toString((long) number);
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content)
        throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(content.length);
      entry.setModTime(0); // equal images give equal files
      entry.setIds(0, 0);
      entry.setNames("", "");
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }

    /** A part of a file's name, without what ends a key or a folder. */
    private static String cleaned(String id) {
      String clean = id.replaceAll("[^\\p{L}\\p{N}_-]+", "_");
      return clean.substring(Math.max(0, clean.length() - 80));
    }

    private static String hash(byte[] file) {
      MessageDigest digest = Sha256.digest();
      digest.update(file);
      return Sha256.hex(digest).substring(0, 16);
    }
  }

  /** Rows, the next of which is known. */
  private static final class Ahead {
    private final Iterator<Row> rows;
    private @Nullable Row next;

    Ahead(Iterator<Row> rows) {
      this.rows = rows;
    }

    boolean has(boolean validation) {
      if (next == null && rows.hasNext()) {
        next = rows.next();
      }
      return next != null && next.getBoolean(0) == validation;
    }

    Row next() {
      Row row = java.util.Objects.requireNonNull(next);
      next = null;
      return row;
    }
  }
}
