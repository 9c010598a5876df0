package dev.onecycle.spark;

import dev.onecycle.error.Require;
import java.util.Arrays;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/** Columns of a dataset by name. */
final class Schemas {
  private Schemas() {}

  /**
   * The type of a column.
   *
   * @param parameter that names it, for the message
   * @throws dev.onecycle.error.InvalidValueException where there is no such column
   */
  static DataType type(StructType schema, String column, String parameter) {
    boolean there = Arrays.asList(schema.fieldNames()).contains(column);
    Require.that(
        there,
        parameter,
        "a column of the dataset, one of " + String.join(", ", schema.fieldNames()),
        column,
        schema);
    return schema.apply(column).dataType();
  }

  /** Makes sure that a column to be added is not there yet. */
  static void requireNew(StructType schema, String column, String parameter) {
    boolean there = Arrays.asList(schema.fieldNames()).contains(column);
    Require.that(
        !there, parameter, "the name of a column that the dataset does not have", column, schema);
  }
}
