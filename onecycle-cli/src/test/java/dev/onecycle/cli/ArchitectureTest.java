package dev.onecycle.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
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
import dev.onecycle.cli.inspect.AbsentSelftestCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** The arrows between the modules, and what each of them exports. */
class ArchitectureTest {
  private static final String ROOT = "dev.onecycle.";
  private static final int MAX_TYPES_OF_A_PACKAGE = 25;
  private static final int MAX_COMPONENTS_OF_A_RECORD = 6;

  private static final List<String> CORE =
      List.of("error", "fault", "math", "random", "range", "record", "schedule", "text", "tune");

  /** Modules by name, each with the modules that it may know. */
  private static final Map<String, List<String>> ARROWS = new LinkedHashMap<>();

  /** The packages of a module that other modules may know. */
  private static final Map<String, List<String>> EXPORTS = new LinkedHashMap<>();

  static {
    ARROWS.put("core", List.of());
    ARROWS.put("data", List.of("core"));
    ARROWS.put("run", List.of("core"));
    ARROWS.put("torch", List.of("core", "data", "run"));
    ARROWS.put("report", List.of("core", "run"));
    ARROWS.put("selftest", List.of("core", "data", "run", "torch"));
    ARROWS.put("export", List.of("core", "data", "run", "torch"));
    ARROWS.put("cli", List.of("core", "data", "run", "torch", "export", "report", "selftest"));
    EXPORTS.put("core", CORE);
    EXPORTS.put("data", List.of("data", "data.image", "data.sample", "data.batch", "data.augment"));
    EXPORTS.put("run", List.of("run", "run.files", "run.checkpoint", "run.tuning"));
    EXPORTS.put(
        "torch",
        List.of(
            "torch.job",
            "torch.train",
            "torch.distributed",
            "torch.tune",
            "torch.nn",
            "torch.script",
            "torch.settings",
            "torch.weights",
            "torch.model",
            "torch.predict"));
    EXPORTS.put(
        "report",
        List.of(
            "report.chart",
            "report.terminal",
            "report.figures",
            "report.csv",
            "report.compare",
            "report.claims",
            "report.board",
            "report.page"));
    EXPORTS.put("export", List.of("export"));
    EXPORTS.put("selftest", List.of("selftest", "selftest.harness"));
    EXPORTS.put("cli", List.of());
  }

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .withImportOption(location -> !location.contains("onecycle-testing"))
          .importPackages("dev.onecycle");

  private static String module(JavaClass type) {
    String first = type.getPackageName().substring(ROOT.length()).split("\\.", 2)[0];
    return CORE.contains(first) ? "core" : first;
  }

  private static DescribedPredicate<JavaClass> ofModule(String name) {
    return describe(
        "of module " + name,
        type -> type.getPackageName().startsWith(ROOT) && module(type).equals(name));
  }

  private static String[] packages(List<String> names) {
    return names.stream().map(name -> ROOT + name).toArray(String[]::new);
  }

  @Test
  void everyTypeBelongsToAModule() {
    Set<String> modules = new TreeSet<>();
    CLASSES.forEach(type -> modules.add(module(type)));
    assertThat(modules).containsExactlyElementsOf(new TreeSet<>(ARROWS.keySet()));
  }

  @Test
  void modulesKnowThoseBelowThemOnly() {
    ARROWS.forEach(
        (name, known) ->
            ARROWS.keySet().stream()
                .filter(other -> !other.equals(name) && !known.contains(other))
                .forEach(
                    other ->
                        noClasses()
                            .that(ofModule(name))
                            .should()
                            .dependOnClassesThat(ofModule(other))
                            .check(CLASSES)));
  }

  /** The self-test alone serves files to the downloader itself. */
  @Test
  void modulesKnowTheExportsOfOthersOnly() {
    EXPORTS.forEach(
        (name, exports) -> {
          DescribedPredicate<JavaClass> internal =
              ofModule(name)
                  .and(DescribedPredicate.not(resideInAnyPackage(packages(exports))))
                  .and(DescribedPredicate.not(resideInAnyPackage(ROOT + "data.download")));
          noClasses()
              .that(DescribedPredicate.not(ofModule(name)))
              .should()
              .dependOnClassesThat(internal)
              .check(CLASSES);
        });
    noClasses()
        .that(DescribedPredicate.not(ofModule("data").or(ofModule("selftest"))))
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "data.download"))
        .check(CLASSES);
  }

  /** A library stays with the module that it serves. */
  @Test
  void librariesStayWithTheirModule() {
    Map<String, List<String>> libraries = new LinkedHashMap<>();
    libraries.put("org.bytedeco..", List.of("torch"));
    libraries.put("picocli..", List.of("cli"));
    libraries.put("me.tongfei..", List.of("cli"));
    libraries.put("org.jfree..", List.of("report"));
    libraries.put("org.apache.batik..", List.of("report"));
    libraries.put("org.jsoup..", List.of("report"));
    libraries.put("org.hipparchus..", List.of("report"));
    libraries.put("ai.onnx..", List.of("export"));
    libraries.put("net.coobird..", List.of("data"));
    libraries.put("com.twelvemonkeys..", List.of("data"));
    libraries.put("org.apache.commons.compress..", List.of("data", "selftest"));
    libraries.forEach(
        (library, modules) ->
            ARROWS.keySet().stream()
                .filter(name -> !modules.contains(name))
                .forEach(
                    name ->
                        noClasses()
                            .that(ofModule(name))
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(library)
                            .check(CLASSES)));
    noClasses()
        .that(ofModule("core"))
        .should()
        .dependOnClassesThat(
            DescribedPredicate.not(
                resideInAnyPackage("java..", "org.jspecify..").or(ofModule("core"))))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "torch.engine..")
        .and()
        .haveNameNotMatching(".*\\.package-info")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  /** Clocks that people see may jump; waiting and measuring go by another. */
  @Test
  void noDecisionReadsTheTimeOfDay() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "report..")
        .and()
        .haveNameNotMatching(".*\\.(TrainingJob|RunNames|ErrorFile|Downloader.*)")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void noExportedSignatureHasATypeOfTheEngine() {
    List<String> found = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (!exposed(type.getModifiers()) || type.getPackageName().contains(".engine")) {
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
    String name = type.getBaseComponentType().getPackageName();
    return name.startsWith("org.bytedeco") || name.startsWith(ROOT + "torch.engine");
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
  void packagesHaveNoCycles() {
    slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(CLASSES);
  }

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
  void aPackageIsSmallEnoughToBeRead() {
    Map<String, Integer> types = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info")) {
        types.merge(type.getPackageName(), 1, Integer::sum);
      }
    }
    assertThat(types)
        .allSatisfy((name, count) -> assertThat(count).isLessThanOrEqualTo(MAX_TYPES_OF_A_PACKAGE));
  }

  /** A constructor with more values than that is called in the wrong order. */
  @Test
  void aPublicRecordHasFewComponents() {
    List<String> found = new ArrayList<>();
    int records = 0;
    for (JavaClass type : CLASSES) {
      if (!type.isRecord() || !visible(type)) {
        continue;
      }
      records++;
      long components =
          type.getFields().stream()
              .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
              .count();
      if (components > MAX_COMPONENTS_OF_A_RECORD) {
        found.add(type.getName() + " has " + components);
      }
    }
    assertThat(found).as("make it a class with withers, or group its values").isEmpty();
    assertThat(records).as("public records").isGreaterThan(50);
  }

  private static boolean visible(JavaClass type) {
    return exposed(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::visible).orElse(true);
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    Set<String> names = new TreeSet<>();
    CLASSES.forEach(type -> names.add(type.getPackageName()));
    for (String name : names) {
      Class<?> info = Class.forName(name + ".package-info");
      assertThat(info.isAnnotationPresent(NullMarked.class)).as(name).isTrue();
    }
  }

  /** A command that no group names would not exist for users. */
  @Test
  void everyCommandIsInAGroupOfTheHelp() {
    Set<String> grouped = new TreeSet<>();
    for (Main.Group group : Main.Group.values()) {
      for (Class<?> command : group.commands()) {
        grouped.add(command.getName());
        for (Class<?> sub : command.getAnnotation(Command.class).subcommands()) {
          grouped.add(sub.getName());
        }
      }
    }
    List<String> forgotten = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (type.getPackageName().startsWith(ROOT + "cli")
          && type.isAnnotatedWith(Command.class)
          && !type.isEquivalentTo(Main.class)
          && !type.isEquivalentTo(AbsentSelftestCommand.class)
          && !grouped.contains(type.getName())) {
        forgotten.add(type.getName());
      }
    }
    assertThat(forgotten).as("name the command in a group of Main.Group").isEmpty();
  }

  /** Trials start the program by its name. */
  @Test
  void theProgramBearsTheNameThatTrialsStart() {
    assertThat(Main.class.getName()).isEqualTo("dev.onecycle.cli.Main");
  }
}
