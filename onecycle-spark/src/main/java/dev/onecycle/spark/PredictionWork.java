package dev.onecycle.spark;

import dev.onecycle.data.UnlabelledImage;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.train.Probabilities;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** Predicts the rows of a partition, a few at a time, on the executor's predictor. */
final class PredictionWork implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  /** Enough for the network to compute together; few rows are held. */
  private static final int ROWS = 32;

  private final Broadcast<byte[]> file;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final String sha256;
  private final ClassIndex classes;
  private final int column;
  private final int maxPixels;
  private final String invalid;
  private final boolean scores;
  private final boolean probabilities;
  private final boolean labels;

  PredictionWork(
      Broadcast<byte[]> file,
      Broadcast<SerializableConfiguration> hadoop,
      String sha256,
      ClassIndex classes,
      int column,
      int maxPixels,
      String invalid,
      boolean scores,
      boolean probabilities,
      boolean labels) {
    this.file = file;
    this.hadoop = hadoop;
    this.sha256 = sha256;
    this.classes = classes;
    this.column = column;
    this.maxPixels = maxPixels;
    this.invalid = invalid;
    this.scores = scores;
    this.probabilities = probabilities;
    this.labels = labels;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows; // no predictor is loaded for nothing
    }
    ExecutorPredictors.Lease lease = ExecutorPredictors.take(sha256, file::value);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> lease.close());
    return new Predicted(rows, lease.predictor());
  }

  private final class Predicted implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Predictor predictor;
    private final ModelFile model;
    private final DecodeOptions decoding;
    private final ImageCell.Reader reader;
    private final Deque<Row> ready = new ArrayDeque<>();

    Predicted(Iterator<Row> rows, Predictor predictor) {
      this.rows = rows;
      this.predictor = predictor;
      this.model = predictor.model();
      this.decoding = model.samples().decoding(maxPixels);
      this.reader = new ImageCell.Reader(hadoop.value().value());
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && rows.hasNext()) {
        predictSome();
      }
      return !ready.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.removeFirst();
    }

    private void predictSome() {
      List<Row> some = new ArrayList<>();
      List<ByteBuffer> images = new ArrayList<>();
      List<Integer> which = new ArrayList<>();
      while (some.size() < ROWS && rows.hasNext()) {
        Row row = rows.next();
        byte @Nullable [] pixels = pixels(row);
        if (pixels == null && invalid.equals(Parameters.SKIP)) {
          continue;
        }
        which.add(pixels == null ? -1 : images.size());
        if (pixels != null) {
          images.add(ByteBuffer.wrap(pixels));
        }
        some.add(row);
      }
      List<float[]> outputs = images.isEmpty() ? List.of() : predictor.scores(images);
      for (int i = 0; i < some.size(); i++) {
        int image = which.get(i);
        ready.add(predicted(some.get(i), image < 0 ? null : outputs.get(image)));
      }
    }

    /** The pixels of a row's image; nothing where it cannot be read and that is no error. */
    private byte @Nullable [] pixels(Row row) {
      String problem;
      try {
        if (row.isNullAt(column)) {
          problem = "is missing";
        } else {
          byte[] image = reader.bytes(row.get(column));
          UnlabelledImage decoded = UnlabelledImage.decode("image", image, model.input(), decoding);
          if (decoded.problem().isEmpty()) {
            return decoded.pixels();
          }
          problem = decoded.problem().get();
        }
      } catch (BadDataException e) {
        problem = "cannot be used: " + e.getMessage();
      }
      if (invalid.equals(Parameters.ERROR)) {
        throw new BadDataException(
            "an image "
                + problem
                + "; row "
                + described(row)
                + "; set handleInvalid to skip or keep for images that cannot be predicted");
      }
      return null;
    }

    /** The columns of a row that are short, to find it by. */
    private String described(Row row) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        Object value = row.get(i);
        if (value instanceof String || value instanceof Number) {
          texts.add(row.schema().fieldNames()[i] + "=" + value);
        }
      }
      return texts.toString();
    }

    private Row predicted(Row row, float @Nullable [] outputs) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        values.add(row.get(i));
      }
      double[] placed = new double[0];
      int best = -1;
      if (outputs != null) {
        placed = classes.placed(Probabilities.of(model.targets(), outputs), 0);
        best = best(placed);
      }
      if (scores) {
        values.add(
            outputs == null
                ? null
                : Vectors.dense(classes.placed(doubles(outputs), Double.NEGATIVE_INFINITY)));
      }
      if (probabilities) {
        values.add(outputs == null ? null : Vectors.dense(placed));
      }
      values.add(outputs == null ? null : (double) best);
      if (labels) {
        values.add(outputs == null ? null : classes.names().get(best));
      }
      return RowFactory.create(values.toArray());
    }

    private int best(double[] placed) {
      int best = 0;
      for (int i = 0; i < placed.length; i++) {
        if (!Double.isFinite(placed[i])) {
          throw new BadDataException(
              "the model gives scores that are not finite numbers for a row; the row has values far"
                  + " beyond those of the training data, or the model's training has diverged: give"
                  + " other values, or train the model anew with a lower peak rate");
        }
        if (placed[i] > placed[best]) {
          best = i;
        }
      }
      return best;
    }
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
