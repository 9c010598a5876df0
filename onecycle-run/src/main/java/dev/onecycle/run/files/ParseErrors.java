package dev.onecycle.run.files;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import dev.onecycle.error.OnecycleException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The reasons why JSON or YAML cannot be read, in words of our own. */
public final class ParseErrors {
  private static final Pattern MISSING = Pattern.compile("^Missing .*creator property '([^']+)'");
  private static final Pattern NULL = Pattern.compile("^Null value for creator property '([^']+)'");
  private static final Pattern TWICE =
      Pattern.compile("^Duplicate (?:field|Object property) [\"']([^\"']+)");

  private ParseErrors() {}

  /**
   * The reason, a sentence that follows a colon: {@code status is missing}.
   *
   * @param e what the parser threw
   */
  public static String reason(JsonProcessingException e) {
    String text = String.valueOf(e.getOriginalMessage());
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof OnecycleException ours) {
        return String.valueOf(ours.getMessage());
      }
    }
    Matcher twice = TWICE.matcher(text);
    if (twice.find()) {
      return twice.group(1) + " is given twice" + at(e);
    }
    if (e instanceof StreamConstraintsException) {
      return "it is nested too deeply, or a text or number in it is too long" + at(e);
    }
    if (e instanceof JsonEOFException) {
      return "it ends early" + at(e);
    }
    return e instanceof JsonMappingException mapping
        ? ofValue(mapping, text)
        : "it has a fault of syntax" + at(e).replace(" in line", " near line");
  }

  private static String ofValue(JsonMappingException e, String text) {
    Matcher missing = MISSING.matcher(text);
    if (missing.find()) {
      return name(e.getPath(), missing.group(1)) + " is missing";
    }
    Matcher isNull = NULL.matcher(text);
    if (isNull.find()) {
      return name(e.getPath(), isNull.group(1)) + " has no value";
    }
    if (text.startsWith("No content")) {
      return "it is empty";
    }
    if (text.startsWith("Trailing token")) {
      return "it goes on after its end" + at(e);
    }
    if (e.getPath().isEmpty()) {
      return "it is not an object of values by name";
    }
    String name = name(e.getPath(), "");
    return e instanceof InvalidFormatException invalid
        ? name + " has a value that it cannot have: " + invalid.getValue()
        : name + " has a value of another kind than it must have";
  }

  /** The names that lead to a value, with numbers for the elements of lists. */
  private static String name(List<JsonMappingException.Reference> path, String last) {
    String names =
        path.stream()
            .map(
                part ->
                    part.getFieldName() == null ? part.getIndex() + 1 + "" : part.getFieldName())
            .collect(Collectors.joining("."));
    boolean named = last.isEmpty() || names.equals(last) || names.endsWith("." + last);
    return named ? names : names.isEmpty() ? last : names + "." + last;
  }

  private static String at(JsonProcessingException e) {
    @Nullable JsonLocation location = e.getLocation();
    return location == null || location.getLineNr() < 1
        ? ""
        : " in line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
