package dev.onecycle.selftest.data;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.NotTriedException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** The process of {@link SmallHeap}: tries each case named on its input and prints its outcome. */
final class SmallHeapMain {
  private SmallHeapMain() {}

  /**
   * Reads lines of a case's name, a tab and its folder, until there are none.
   *
   * @param args the group's name
   */
  public static void main(String[] args) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    // Output of a library must not be read as an answer.
    System.setOut(System.err);
    Map<String, Case> cases =
        DataGroups.inSmallHeap(args[0]).stream()
            .collect(Collectors.toMap(Case::name, each -> each));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      int tab = line.indexOf('\t');
      Case each = cases.get(line.substring(0, tab));
      answers.println(
          each == null
              ? SmallHeap.line(SmallHeap.FAILED, "there is no such case")
              : outcome(each, Path.of(line.substring(tab + 1))));
    }
  }

  /** Everything that a case throws is its failure, errors of the virtual machine too. */
  private static String outcome(Case each, Path folder) {
    try {
      each.check().run(folder);
      return SmallHeap.HELD;
    } catch (NotTriedException e) {
      return SmallHeap.line(SmallHeap.NOT_TRIED, e.getMessage());
    } catch (AssertionError e) {
      return SmallHeap.line(SmallHeap.FAILED, e.getMessage());
    } catch (Throwable e) {
      return SmallHeap.line(SmallHeap.FAILED, e);
    }
  }
}
