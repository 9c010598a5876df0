package dev.onecycle.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows of the house: cli → report, selftest → torch → core. */
class ArchitectureTest {
  private static final String TORCH = "dev.onecycle.torch..";
  private static final String REPORT = "dev.onecycle.report..";
  private static final String SELFTEST = "dev.onecycle.selftest..";
  private static final String CLI = "dev.onecycle.cli..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.onecycle");

  private static final String[] CORE =
      CLASSES.stream()
          .map(JavaClass::getPackageName)
          .filter(name -> !name.matches("dev\\.onecycle\\.(torch|report|selftest|cli)(\\..*)?"))
          .distinct()
          .toArray(String[]::new);

  @Test
  void allModulesAreLookedAt() {
    assertThat(CORE).contains("dev.onecycle.schedule", "dev.onecycle.data", "dev.onecycle.run");
    for (String module : List.of("torch.train", "torch.internal", "report", "cli")) {
      assertThat(CLASSES.containPackage("dev.onecycle." + module)).as(module).isTrue();
    }
    assertThat(CLASSES.containPackage("dev.onecycle.testing")).isFalse();
  }

  @Test
  void coreStandsAlone() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            TORCH,
            REPORT,
            SELFTEST,
            CLI,
            "org.bytedeco..",
            "picocli..",
            "me.tongfei..",
            "org.knowm..",
            "org.jfree..")
        .check(CLASSES);
  }

  @Test
  void torchAloneTouchesTheEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(TORCH)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  /** The API of onecycle-data: its facade, images, batches and augmentation. */
  @Test
  void internalPackagesOfDataAreNotUsedFromOutside() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.onecycle.data..", SELFTEST)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.onecycle.data.archive",
            "dev.onecycle.data.cache",
            "dev.onecycle.data.download",
            "dev.onecycle.data.image.decode",
            "dev.onecycle.data.index",
            "dev.onecycle.data.source",
            "dev.onecycle.data.work")
        .check(CLASSES);
  }

  @Test
  void reportAndTorchDoNotMeet() {
    noClasses()
        .that()
        .resideInAPackage(REPORT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(TORCH, SELFTEST, CLI)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(TORCH)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(REPORT, SELFTEST, CLI)
        .check(CLASSES);
  }

  @Test
  void selftestKnowsTheCommandLineAsAProgramOnly() {
    noClasses()
        .that()
        .resideInAPackage(SELFTEST)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(REPORT, CLI, "picocli..")
        .check(CLASSES);
  }

  /** Clocks that people see may jump; whatever is waited for or measured goes by another. */
  @Test
  void nothingThatIsDecidedReadsTheTimeOfDay() {
    noClasses()
        .that()
        .resideOutsideOfPackages(REPORT)
        .and()
        .haveNameNotMatching(".*\\.(Session|RunNames|Downloader.*)")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void noPublicSignatureHasATypeOfTheEngine() {
    List<String> found = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (!exposed(type.getModifiers()) || type.getPackageName().contains(".internal")) {
        continue;
      }
      Stream.concat(type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
          .filter(ArchitectureTest::ofTheEngine)
          .forEach(parent -> found.add(type.getName() + " is a " + parent.getName()));
      for (JavaMember member : type.getMembers()) {
        if (exposed(member.getModifiers())
            && types(member).anyMatch(ArchitectureTest::ofTheEngine)) {
          found.add(member.getFullName());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  private static boolean exposed(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static boolean ofTheEngine(JavaClass type) {
    return type.getBaseComponentType().getPackageName().startsWith("org.bytedeco");
  }

  private static Stream<JavaClass> types(JavaMember member) {
    List<JavaType> types = new ArrayList<>();
    if (member instanceof JavaField field) {
      types.add(field.getType());
    } else if (member instanceof JavaCodeUnit code) {
      types.add(code.getReturnType());
      types.addAll(code.getParameterTypes());
      types.addAll(code.getExceptionTypes());
    }
    return types.stream().flatMap(type -> type.getAllInvolvedRawTypes().stream());
  }

  @Test
  void packagesOfCoreAndReportHaveNoCycles() {
    slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(CLASSES);
  }

  /** Each package on its own, but torch's packages as one. */
  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          String name = type.getPackageName();
          return Stream.of("dev.onecycle.torch")
              .filter(name::startsWith)
              .findFirst()
              .map(SliceIdentifier::of)
              .orElse(SliceIdentifier.of(name));
        }

        @Override
        public String getDescription() {
          return "packages, torch's taken as one";
        }
      };

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    Set<String> names = new TreeSet<>();
    CLASSES.forEach(type -> names.add(type.getPackageName()));
    for (String name : names) {
      Class<?> info = Class.forName(name + ".package-info");
      assertThat(info.isAnnotationPresent(NullMarked.class)).as(name).isTrue();
    }
  }
}
