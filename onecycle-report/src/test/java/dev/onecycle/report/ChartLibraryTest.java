package dev.onecycle.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.csv.ScheduleCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.TerminalFigures;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands without figures must not load the libraries for figures. */
class ChartLibraryTest {
  @TempDir Path folder;

  /** Calls on a class path without JFreeChart and Batik. */
  static final class Calls {
    private Calls() {}

    static String terminal() {
      RangeResult result = Samples.clear(Samples.descent(), 1.25);
      return TerminalFigures.schedule(Samples.oneCycle(), 80) + TerminalFigures.range(result, 80);
    }

    static List<RangePoint> csv(Path folder) {
      ScheduleCsv.write(Samples.oneCycle(), folder.resolve("schedule.csv"));
      RangeCsv.write(Samples.clear(Samples.descent(), 1.25), folder.resolve("range.csv"));
      return RangeCsv.read(folder.resolve("range.csv")).points();
    }

    static String figure() {
      return RangeFigures.of(Samples.clear(Samples.descent(), 1.25)).title();
    }

    static String svg() {
      return RangeFigures.of(Samples.clear(Samples.descent(), 1.25)).svg();
    }
  }

  @Test
  void onlyADrawnFigureLoadsTheLibrary() throws Exception {
    try (URLClassLoader bare = new URLClassLoader(classPath(), platform())) {
      Class<?> calls = bare.loadClass(Calls.class.getName());

      assertThat(calls).isNotEqualTo(Calls.class);
      assertThat((String) call(calls, "terminal")).isEqualTo(Calls.terminal());
      assertThat(call(calls, "figure")).isEqualTo("Learning rate range test");
      var csv = calls.getDeclaredMethod("csv", Path.class);
      csv.setAccessible(true);
      assertThat((List<?>) csv.invoke(null, folder)).hasSize(Samples.descent().size());
      assertThatThrownBy(() -> call(calls, "svg"))
          .isInstanceOf(InvocationTargetException.class)
          .hasRootCauseInstanceOf(ClassNotFoundException.class);
    }
  }

  private static Object call(Class<?> calls, String name) throws ReflectiveOperationException {
    var method = calls.getDeclaredMethod(name);
    method.setAccessible(true);
    return method.invoke(null);
  }

  private static ClassLoader platform() {
    return ClassLoader.getPlatformClassLoader();
  }

  private static URL[] classPath() throws MalformedURLException {
    List<URL> kept = new ArrayList<>();
    String whole =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : whole.split(File.pathSeparator, -1)) {
      if (!entry.contains("jfreechart") && !entry.contains("batik")) {
        kept.add(Path.of(entry).toUri().toURL());
      }
    }
    return kept.toArray(URL[]::new);
  }
}
