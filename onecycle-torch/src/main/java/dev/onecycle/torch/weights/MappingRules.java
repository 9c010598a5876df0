package dev.onecycle.torch.weights;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** How the arrays of a weight file become those of a network. */
public final class MappingRules {
  /** The treatment of the last layer, whose size is the number of classes. */
  public enum Head {
    /** Taken from the file like every other layer. */
    SAME,
    /** Left at its initial values where the file has none of its size; else taken. */
    NEW_IF_OTHER_SIZE,
    /** Left at its initial values. */
    NEW
  }

  private final Optional<String> prefix;
  private final List<Rename> renames;
  private final List<String> ignored;
  private final Head head;
  private final Optional<String> headName;
  private final boolean coloursSummed;

  private MappingRules(
      Optional<String> prefix,
      List<Rename> renames,
      List<String> ignored,
      Head head,
      Optional<String> headName,
      boolean coloursSummed) {
    this.prefix = prefix;
    this.renames = renames;
    this.ignored = ignored;
    this.head = head;
    this.headName = headName;
    this.coloursSummed = coloursSummed;
  }

  /**
   * Every array of the network must be in the file, with its shape, and no other. Prefixes in
   * common use, such as {@code module.}, are removed where that makes names match.
   */
  public static MappingRules defaults() {
    return new MappingRules(
        Optional.empty(), List.of(), List.of(), Head.SAME, Optional.empty(), false);
  }

  /** Takes the arrays whose names start with a prefix, without it; leaves out all others. */
  public MappingRules withPrefix(String value) {
    Require.that(!value.isEmpty(), "prefix", "at least one character", "nothing", value);
    return new MappingRules(Optional.of(value), renames, ignored, head, headName, coloursSummed);
  }

  /**
   * Adds a renaming, after the prefix is removed. Renamings apply in the order of their addition.
   *
   * @param rule {@code old=new} for the start of names; {@code /old/=new} for the first match of a
   *     regular expression, whose groups are {@code $1}, {@code $2} … in the new name
   */
  public MappingRules withRename(String rule) {
    return new MappingRules(
        prefix, plus(renames, Rename.parse(rule)), ignored, head, headName, coloursSummed);
  }

  /**
   * Adds renamings, with commas between them. A comma may be in a regular expression, and in no
   * name.
   *
   * @param rules as {@link #withRename} takes them
   */
  public MappingRules withRenames(String rules) {
    MappingRules all = this;
    String rest = rules;
    while (true) {
      int name = rest.startsWith("/") ? rest.indexOf("/=", 1) : 0;
      int end = rest.indexOf(',', Math.max(0, name));
      all = all.withRename((end < 0 ? rest : rest.substring(0, end)).strip());
      if (end < 0) {
        return all;
      }
      rest = rest.substring(end + 1).strip();
    }
  }

  /** Leaves out the arrays of the file whose names, old or new, start with a text. */
  public MappingRules withIgnored(String start) {
    Require.that(!start.isEmpty(), "ignore", "at least one character", "nothing", start);
    return new MappingRules(prefix, renames, plus(ignored, start), head, headName, coloursSummed);
  }

  /** Sets the treatment of the last layer. */
  public MappingRules withHead(Head value) {
    return new MappingRules(prefix, renames, ignored, value, headName, coloursSummed);
  }

  /** Names the last layer, such as {@code fc}; unless named, it is the one of the last weights. */
  public MappingRules withHeadName(String value) {
    return new MappingRules(prefix, renames, ignored, head, Optional.of(value), coloursSummed);
  }

  /**
   * Whether the first convolution may be made for grey images from one for colours, by the sum over
   * the three colours: the network then sees a grey image as it saw one of three equal channels.
   */
  public MappingRules withColoursSummed(boolean value) {
    return new MappingRules(prefix, renames, ignored, head, headName, value);
  }

  private static <T> List<T> plus(List<T> list, T value) {
    List<T> longer = new ArrayList<>(list);
    longer.add(value);
    return List.copyOf(longer);
  }

  Optional<String> prefix() {
    return prefix;
  }

  List<Rename> renames() {
    return renames;
  }

  List<String> ignored() {
    return ignored;
  }

  Head head() {
    return head;
  }

  Optional<String> headName() {
    return headName;
  }

  boolean coloursSummed() {
    return coloursSummed;
  }

  /** A renaming. */
  record Rename(String text, Pattern old, String replacement) {
    static Rename parse(String rule) {
      boolean expression = rule.startsWith("/");
      int end = expression ? rule.indexOf("/=", 1) : rule.indexOf('=');
      if (end <= 0) {
        throw Require.invalid("rename", "old=new or /expression/=new", rule);
      }
      try {
        return expression
            ? new Rename(rule, Pattern.compile(rule.substring(1, end)), rule.substring(end + 2))
            : new Rename(
                rule,
                Pattern.compile("^" + Pattern.quote(rule.substring(0, end))),
                Matcher.quoteReplacement(rule.substring(end + 1)));
      } catch (PatternSyntaxException e) {
        throw Require.invalid(
            "rename", "a regular expression between slashes", rule, e.getDescription());
      }
    }

    boolean matches(String name) {
      return old.matcher(name).find();
    }

    String apply(String name) {
      try {
        return old.matcher(name).replaceFirst(replacement);
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw Require.invalid("rename", "a replacement whose groups are in the expression", text);
      }
    }
  }
}
