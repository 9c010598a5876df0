///usr/bin/env jbang "$0" "$@" ; exit $?
// Trains a network on images of shapes and writes the page and the figures: jbang Shapes.java
//JAVA 17+
//DEPS dev.onecycle:onecycle-torch:0.1.0-SNAPSHOT
//DEPS dev.onecycle:onecycle-engine:0.1.0-SNAPSHOT
//DEPS dev.onecycle:onecycle-report:0.1.0-SNAPSHOT
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;

import dev.onecycle.report.page.RunReport;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;

class Shapes {
  public static void main(String[] args) {
    TrainingConfig config = TrainingConfig.of("shapes").with(EPOCHS, 4).with(BATCH_SIZE, 64);

    // Finds a learning rate and trains, in a minute or two.
    RunSummary run = TrainingJob.start(config, Path.of("runs/jbang"));
    System.out.println("learning rate " + run.learningRate() + ": " + run.describe());

    // The curves: a page to open in a browser, and pictures.
    RunReport report = RunReport.read(run.folder());
    report.write(run.folder().resolve(RunReport.FILE));
    report.figures().forEach((name, figure) -> figure.writePng(run.folder().resolve(name + ".png")));
    System.out.println("Open " + run.folder().resolve(RunReport.FILE).toUri());
  }
}
