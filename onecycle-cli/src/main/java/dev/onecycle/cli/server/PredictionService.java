package dev.onecycle.cli.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.EngineException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.report.page.UploadPage;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.predict.Prediction;
import dev.onecycle.torch.predict.Predictor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** The answers of a prediction server: the page, predictions, the model, health and metrics. */
final class PredictionService implements LocalServer.Service {
  private static final ObjectMapper STRICT =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> PATHS =
      Set.of("/", "/api/predict", "/api/model", "/health", "/metrics");
  private static final int TOP = 5;

  private final Predictor predictor;
  private final LongAdder predictions = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final long begin = System.nanoTime();

  PredictionService(Predictor predictor) {
    this.predictor = predictor;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    boolean predict = request.path().equals("/api/predict");
    if (PATHS.contains(request.path()) && predict != request.method().equals("POST")) {
      return Answer.wrongMethod(predict ? "POST" : "GET");
    }
    return switch (request.path()) {
      case "/" -> page();
      case "/api/predict" -> predict(request);
      case "/api/model" -> Answer.json(Json.bytes(model()));
      case "/health" -> Answer.json(Json.bytes(Map.of("status", "ok")));
      case "/metrics" -> Answer.text(metrics(request.server()));
      default -> Answer.error(404, "usage", "there is no such page");
    };
  }

  private Answer page() {
    return Answer.page(
        UploadPage.html(
            predictor.model().network().name(),
            predictor.model().targets().describe(),
            predictor.model().targets() instanceof Targets.Numbers ? "Value" : "Probability",
            layout().isImage()),
        UploadPage.contentPolicy());
  }

  private SampleLayout layout() {
    return predictor.model().samples().layout();
  }

  private Map<String, Object> model() {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("model", predictor.model().network().name());
    model.put("kind", predictor.model().targets().kind());
    model.put("names", predictor.model().targets().names());
    model.put("input", layout().toString());
    return model;
  }

  private Answer predict(Request request) throws IOException {
    long from = System.nanoTime();
    try {
      Prediction prediction = predicted(request);
      predictions.increment();
      nanos.add(System.nanoTime() - from);
      return Answer.json(Json.bytes(json(prediction)));
    } catch (BadDataException e) {
      failures.increment();
      return Answer.error(422, "bad_data", String.valueOf(e.getMessage()));
    } catch (InvalidValueException | EngineException | OutOfMemoryError e) {
      failures.increment();
      throw e;
    }
  }

  private Prediction predicted(Request request) throws IOException {
    int top = top(request.first("top"));
    byte[] body = request.body();
    return switch (layout().type()) {
      case UINT8 -> predictor.predict(body, top);
      case FLOAT32 -> predictor.predict(floats(values(body)), top);
      case INT64 -> predictor.predict(longs(values(body)), top);
    };
  }

  private static int top(String text) {
    if (text.isEmpty()) {
      return TOP;
    }
    try {
      return Require.atLeast("top", Integer.parseInt(text), 1);
    } catch (NumberFormatException e) {
      throw Require.invalid("top", "a number", text, "leave it out for " + TOP);
    }
  }

  /** The numbers of {@code {"values": […]}}. */
  private static List<JsonNode> values(byte[] body) {
    JsonNode tree;
    try {
      tree = STRICT.readTree(new String(body, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new BadDataException("the sample must be JSON: " + e.getOriginalMessage(), e);
    }
    JsonNode array = tree == null ? null : tree.get("values");
    if (array == null || !array.isArray()) {
      throw new BadDataException("the sample must be {\"values\": [numbers]}");
    }
    List<JsonNode> values = new ArrayList<>();
    array.forEach(values::add);
    return values;
  }

  private static float[] floats(List<JsonNode> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      if (!values.get(i).isNumber()) {
        throw new BadDataException(
            "value " + i + " must be a number but was " + values.get(i).getNodeType());
      }
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  private static long[] longs(List<JsonNode> values) {
    long[] longs = new long[values.size()];
    for (int i = 0; i < longs.length; i++) {
      if (!values.get(i).isIntegralNumber() || !values.get(i).canConvertToLong()) {
        throw new BadDataException(
            "value " + i + " must be a whole number but was " + values.get(i).getNodeType());
      }
      longs[i] = values.get(i).longValue();
    }
    return longs;
  }

  private static Map<String, Object> json(Prediction prediction) {
    List<Map<String, Object>> answers = new ArrayList<>();
    for (Prediction.Answer answer : prediction.answers()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", answer.name());
      one.put("value", answer.value());
      answers.add(one);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", prediction.kind());
    json.put("answers", answers);
    return json;
  }

  /** Counts in the text format of Prometheus. */
  private String metrics(LocalServer server) {
    StringBuilder text = new StringBuilder();
    metric(text, "requests_total", "counter", "Requests of any kind.", server.requests());
    metric(
        text,
        "requests_refused_total",
        "counter",
        "Requests refused because the server was busy.",
        server.refused());
    metric(text, "requests_active", "gauge", "Requests being answered.", server.active());
    metric(text, "predictions_total", "counter", "Samples predicted.", predictions.sum());
    metric(
        text,
        "prediction_failures_total",
        "counter",
        "Samples that could not be predicted.",
        failures.sum());
    metric(
        text,
        "prediction_seconds_total",
        "counter",
        "Time of predictions, with reading and decoding.",
        nanos.sum() / 1e9);
    metric(text, "up_seconds", "gauge", "Time since the start.", (System.nanoTime() - begin) / 1e9);
    return text.toString();
  }

  private static void metric(
      StringBuilder text, String name, String type, String help, double value) {
    text.append("# HELP onecycle_").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE onecycle_").append(name).append(' ').append(type).append('\n');
    boolean whole = value == Math.rint(value);
    text.append("onecycle_")
        .append(name)
        .append(' ')
        .append(whole ? Long.toString((long) value) : Numbers.format("%.6f", value))
        .append('\n');
  }
}
