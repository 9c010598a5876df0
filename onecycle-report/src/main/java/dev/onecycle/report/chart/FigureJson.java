package dev.onecycle.report.chart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.StyledMarker;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes a plot as JSON for the page's script: numbers to six digits, gaps as null. */
final class FigureJson {
  private static final int DIGITS = 6;

  private final JsonGenerator json;

  private FigureJson(JsonGenerator json) {
    this.json = json;
  }

  static String of(Plot plot) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      new FigureJson(json).plot(plot);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write JSON to memory", e);
    }
    return text.toString();
  }

  private void plot(Plot plot) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("x");
    axis(plot.xTitle(), plot.x());
    number("stepsPerEpoch", plot.axis().stepsPerEpoch());
    json.writeEndObject();
    json.writeArrayFieldStart("panels");
    for (Panel panel : plot.panels()) {
      panel(panel);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("phases");
    for (Phase phase : plot.phases()) {
      json.writeStartObject();
      json.writeStringField("name", phase.name());
      json.writeNumberField("first", phase.firstStep());
      json.writeNumberField("last", phase.lastStep());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void axis(String title, Scale scale) throws IOException {
    json.writeStringField("title", title);
    json.writeBooleanField("log", scale.log());
    number("low", scale.low());
    number("high", scale.high());
  }

  private void panel(Panel panel) throws IOException {
    json.writeStartObject();
    json.writeNumberField("height", panel.height());
    json.writeStringField("ifEmpty", panel.ifEmpty());
    json.writeObjectFieldStart("y");
    axis(panel.yTitle(), panel.y());
    json.writeEndObject();
    json.writeArrayFieldStart("traces");
    for (Trace trace : panel.traces()) {
      trace(trace);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("markers");
    for (StyledMarker styled : panel.markers()) {
      json.writeStartObject();
      json.writeStringField("name", styled.marker().label());
      number("x", styled.marker().x());
      json.writeBooleanField("shown", styled.shown());
      stroke(styled.stroke());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void trace(Trace trace) throws IOException {
    List<Point> points = trace.curve().points();
    json.writeStartObject();
    json.writeStringField("name", trace.curve().name());
    json.writeBooleanField("line", trace.style().hasLine());
    json.writeBooleanField("dots", trace.style() != CurveStyle.LINE);
    json.writeBooleanField("inLegend", trace.inLegend());
    stroke(trace.stroke());
    json.writeArrayFieldStart("xs");
    for (Point point : points) {
      number(point.x());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("ys");
    for (Point point : points) {
      number(point.y());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void stroke(Stroke stroke) throws IOException {
    json.writeStringField("colour", stroke.colour());
    number("width", stroke.width());
    number("opacity", stroke.opacity());
    json.writeArrayFieldStart("dash");
    for (double length : stroke.dash()) {
      number(length);
    }
    json.writeEndArray();
  }

  private void number(String name, double value) throws IOException {
    json.writeFieldName(name);
    number(value);
  }

  private void number(double value) throws IOException {
    if (!Double.isFinite(value)) {
      json.writeNull();
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      json.writeNumber((long) value); // all digits of a step
    } else {
      json.writeNumber(Numbers.rounded(value, DIGITS));
    }
  }
}
