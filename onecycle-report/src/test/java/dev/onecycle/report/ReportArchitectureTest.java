package dev.onecycle.report;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between the packages of this module, and out of it. */
class ReportArchitectureTest {
  private static final String REPORT = "dev.onecycle.report.";

  /** Each package with the packages of this module that it may use. */
  private static final Map<String, List<String>> ARROWS =
      Map.of(
          "chart", List.of(),
          "terminal", List.of("chart"),
          "figures", List.of("chart", "terminal"),
          "tensorboard", List.of("chart"),
          "csv", List.of("chart", "figures"),
          "compare", List.of("chart", "figures"),
          "claims", List.of("compare"),
          "page", List.of("chart", "figures", "tensorboard", "csv", "compare", "claims"),
          "board", List.of("chart", "figures", "compare", "page"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.onecycle.report");

  @Test
  void everyPackageIsListed() {
    classes()
        .should()
        .resideInAnyPackage(ARROWS.keySet().stream().map(REPORT::concat).toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void packagesUseOnlyPackagesBelow() {
    ARROWS.forEach(
        (name, below) ->
            noClasses()
                .that()
                .resideInAPackage(REPORT + name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                    ARROWS.keySet().stream()
                        .filter(other -> !other.equals(name) && !below.contains(other))
                        .map(REPORT::concat)
                        .toArray(String[]::new))
                .check(CLASSES));
    slices().matching(REPORT + "(*)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void ofOtherModulesOnlyCoreAndRunAreUsed() {
    noClasses().should().dependOnClassesThat(ofAnotherModule()).check(CLASSES);
  }

  /** The classes of this project that come from the folder or archive of another module. */
  private static DescribedPredicate<JavaClass> ofAnotherModule() {
    return describe(
        "are of another module than core, run and report",
        type ->
            type.getPackageName().startsWith("dev.onecycle.")
                && type.getBaseComponentType()
                    .getSource()
                    .map(source -> source.getUri().toString())
                    .filter(
                        uri ->
                            Stream.of("core", "run", "report")
                                .anyMatch(module -> uri.contains("/onecycle-" + module + "/")))
                    .isEmpty());
  }
}
