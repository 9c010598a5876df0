// Trains a network on images of shapes and writes the page and the figures. In a checkout that ./onecycle has built:
//   jshell -R-Djava.awt.headless=true --class-path onecycle-cli/target/onecycle.jar docs/notebooks/shapes.jsh
import dev.onecycle.report.page.RunReport
import dev.onecycle.torch.job.RunSummary
import dev.onecycle.torch.job.TrainingConfig
import dev.onecycle.torch.job.TrainingJob
import dev.onecycle.torch.predict.Predictor
import static dev.onecycle.torch.job.TrainingConfig.*

// The settings; config.toString() shows them all.
TrainingConfig config = TrainingConfig.of("shapes").with(EPOCHS, 4).with(BATCH_SIZE, 64)

// Finds a learning rate and trains, in a minute or two.
RunSummary run = TrainingJob.start(config, Path.of("runs/jshell"))
System.out.println("learning rate " + run.learningRate() + ": " + run.describe())

// The curves: a page to open in a browser, and pictures.
RunReport report = RunReport.read(run.folder())
report.write(run.folder().resolve(RunReport.FILE))
report.figures().forEach((name, figure) -> figure.writePng(run.folder().resolve(name + ".png")))
System.out.println("Open " + run.folder().resolve(RunReport.FILE).toUri())

// Go on here: run.epochs(), report.figures().keySet(), Predictor.load(run.folder()) …
