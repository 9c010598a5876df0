package dev.onecycle.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A graph of ONNX under construction: nodes in the order of their computation, and arrays. */
final class OnnxGraph {
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private int names;

  OnnxGraph(String name) {
    graph.setName(name);
  }

  /** A value that the user gives: [N, sizes…]. */
  String input(String name, TensorProto.DataType type, List<Integer> sizes) {
    graph.addInput(value(name, type, sizes));
    return name;
  }

  /** A value that the user gets: [N, sizes…], another name for one of the graph. */
  void output(String name, String value, List<Integer> sizes) {
    graph.addNode(
        NodeProto.newBuilder().setOpType("Identity").setName(name).addInput(value).addOutput(name));
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, sizes));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, List<Integer> sizes) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    sizes.forEach(size -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size)));
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  /** An array of the model. */
  String array(String name, long[] shape, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return array(name, TensorProto.DataType.FLOAT, shape, bytes);
  }

  /** A row of integers, such as the axes of a node. */
  String integers(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return array(fresh("integers"), TensorProto.DataType.INT64, new long[] {values.length}, bytes);
  }

  /** One number. */
  String number(double value) {
    return array(fresh("number"), new long[0], new float[] {(float) value});
  }

  /** A row of equal numbers. */
  String numbers(int count, double value) {
    float[] values = new float[count];
    Arrays.fill(values, (float) value);
    return array(fresh("numbers"), new long[] {count}, values);
  }

  private String array(String name, TensorProto.DataType type, long[] shape, ByteBuffer bytes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes.rewind()));
    Arrays.stream(shape).forEach(tensor::addDims);
    graph.addInitializer(tensor);
    return name;
  }

  /** A node without attributes. */
  String node(String operator, String... inputs) {
    return node(operator, Map.of(), inputs);
  }

  /**
   * A node.
   *
   * @param attributes long, long[], float or String
   * @return its result
   */
  String node(String operator, Map<String, Object> attributes, String... inputs) {
    String result = fresh(operator.toLowerCase(Locale.ROOT));
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(result)
            .addAllInput(List.of(inputs))
            .addOutput(result);
    attributes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> node.addAttribute(attribute(entry.getKey(), entry.getValue())));
    graph.addNode(node);
    return result;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long number) {
      attribute.setType(AttributeProto.AttributeType.INT).setI(number);
    } else if (value instanceof long[] numbers) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(numbers).forEach(attribute::addInts);
    } else if (value instanceof Float number) {
      attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
    } else {
      attribute
          .setType(AttributeProto.AttributeType.STRING)
          .setS(ByteString.copyFromUtf8(value.toString()));
    }
    return attribute.build();
  }

  private String fresh(String kind) {
    return kind + "_" + names++;
  }

  GraphProto build() {
    return graph.build();
  }
}
