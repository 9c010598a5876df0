package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * The caller gave a value that is not allowed. The message reads {@code <name> must be <constraint>
 * but was <value>; <advice>}, the advice where there is one.
 *
 * <p>The name is the name of the argument. A caller that calls it otherwise, as the command line
 * does with its options, changes it by {@link #named}.
 *
 * <p>The command line ends with exit code 2.
 */
public final class InvalidValueException extends OnecycleException {
  private static final long serialVersionUID = 1;

  private final String name;
  private final String constraint;
  private final String value;
  private final String advice;

  private InvalidValueException(
      String message, String name, String constraint, String value, String advice) {
    super(message, null);
    this.name = name;
    this.constraint = constraint;
    this.value = value;
    this.advice = advice;
  }

  /**
   * @param name of the argument: "batch size"
   * @param constraint that the value breaks: "at least 1"
   * @param value that was given
   */
  public InvalidValueException(String name, String constraint, Object value) {
    this(name, constraint, value, "");
  }

  /**
   * @param name of the argument: "batch size"
   * @param constraint that the value breaks: "at least 1"
   * @param value that was given
   * @param advice what to do; may be empty
   */
  public InvalidValueException(String name, String constraint, Object value, String advice) {
    this(message(name, constraint, text(value), advice), name, constraint, text(value), advice);
  }

  /** An error about several values at once, whose parts are all empty but for the message. */
  public static InvalidValueException ofSeveral(String message) {
    return new InvalidValueException(message, "", "", "", "");
  }

  private static String message(String name, String constraint, String value, String advice) {
    String fault = name + " must be " + constraint + " but was " + value;
    return advice.isEmpty() ? fault : fault + "; " + advice;
  }

  private static String text(Object value) {
    return value instanceof Double number ? Numbers.exact(number) : String.valueOf(value);
  }

  /** The same error under another name; unchanged where it is about several values. */
  public InvalidValueException named(String otherName) {
    if (name.isEmpty()) {
      return this;
    }
    InvalidValueException renamed = new InvalidValueException(otherName, constraint, value, advice);
    renamed.setStackTrace(getStackTrace());
    return renamed;
  }

  /** The name of the argument. */
  public String name() {
    return name;
  }

  /** The constraint that the value breaks. */
  public String constraint() {
    return constraint;
  }

  /** The value that was given, as text. */
  public String value() {
    return value;
  }

  /** What to do; empty where nothing helps but another value. */
  public String advice() {
    return advice;
  }
}
