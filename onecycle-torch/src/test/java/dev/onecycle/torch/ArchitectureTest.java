package dev.onecycle.torch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** The arrows between the packages of this module. */
class ArchitectureTest {
  private static final String ROOT = "dev.onecycle.torch";
  private static final String ENGINE = ROOT + ".engine..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  @Test
  void packagesHaveNoCycles() {
    assertThat(CLASSES.containPackage(ROOT + ".engine.module")).isTrue();
    slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theEngineAloneTouchesTheBinding() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ENGINE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  /** Networks, settings and weights are values: they can be used where there is no engine. */
  @Test
  void valuesDoNotKnowTheEngine() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".nn", ROOT + ".settings", ROOT + ".weights")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENGINE)
        .check(CLASSES);
  }

  /** Jobs and tuning use the engine through learners alone. */
  @Test
  void jobsAndTuningDoNotKnowTheEngine() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".job..", ROOT + ".tune..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENGINE)
        .check(CLASSES);
  }
}
