package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.SampleRun;
import dev.onecycle.report.SampleRun.Place;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Texts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class RunPageTest {
  private static final int MEGABYTE = 1_000_000;

  private static Document parsed(SampleRun reports) {
    return Jsoup.parse(reports.html());
  }

  @Test
  void everyFigureHasAPictureDataACaptionAndATable() throws Exception {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select("figure").eachAttr("id"))
        .containsExactly("losses", "accuracy", "schedule", "range");
    for (Element figure : page.select("figure")) {
      assertThat(figure.select("svg > title").text()).isNotBlank();
      assertThat(figure.select("svg > desc").text()).isNotBlank();
      assertThat(figure.select("svg").attr("viewBox")).startsWith("0 0 480");
      assertThat(figure.select("figcaption").text()).isNotBlank();
      assertThat(figure.select("table tbody tr")).isNotEmpty();
      JsonNode data = new ObjectMapper().readTree(figure.getElementsByTag("script").get(0).data());
      assertThat(data.get("panels")).isNotEmpty();
    }
  }

  @Test
  void resultMistakesAndCommandsAreShown() {
    String text = parsed(SampleRun.usual()).text();
    assertThat(text)
        .contains("Accuracy 90.00 % on 30 test images after 4 of 4 epochs, 8 s of training.")
        .contains("Peak learning rate 0.4: as given")
        .contains("Seed 7 determines", "onecycle train photos --optimizer=sgd")
        .contains("6 of 30 test images are misclassified after epoch 4")
        .contains("true: cat (5.0 %) predicted: dog (90.0 %)");
  }

  @Test
  void thePageIsSelfContained() {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select("[href]").eachAttr("href")).containsExactly("data:,");
    assertThat(page.select("[src]").eachAttr("src")).allMatch(s -> s.startsWith("data:image/png"));
    assertThat(page.select("style").html()).doesNotContain("url(", "@import");
    String policy = page.select("meta[http-equiv=Content-Security-Policy]").attr("content");
    assertThat(policy).startsWith("default-src 'none'").contains("script-src 'sha256-");
  }

  @Test
  void aRunWithoutAnEpochSaysSoAndReloads() {
    Document page = parsed(SampleRun.usual().withDone(0, Status.RUNNING));
    assertThat(page.select(".outcome").text())
        .isEqualTo("Training has started; no epoch is complete yet.");
    assertThat(page.select("#follow")).hasSize(1);
    assertThat(page.select("figure")).hasSize(4);
    assertThat(page.select("h2").eachText()).doesNotContain("Misclassified images");
  }

  @Test
  void oneEpochAndAThousand() {
    assertThat(parsed(SampleRun.usual().withEpochs(1, 20)).text())
        .contains("The gap between the losses can be read after 3 epochs");
    String thousand = SampleRun.usual().withEpochs(1000, 4).html();
    assertThat(thousand.length()).isLessThan(MEGABYTE);
    assertThat(Jsoup.parse(thousand).select("details:contains(Table of 1,000) tbody tr"))
        .hasSize(1000);
  }

  @Test
  void aHundredThousandStepsFitIntoAMegabyteAndKeepTheirSpike() {
    SampleRun run = SampleRun.usual().withEpochs(100, 1000);
    List<StepRecord> steps = new ArrayList<>(run.history().steps());
    StepRecord calm = steps.get(54_321);
    steps.set(54_321, new StepRecord(54_321, 54, calm.learningRate(), calm.momentum(), 7.654321));
    String html = run.withSteps(steps).html();
    assertThat(html.length()).isLessThan(MEGABYTE);
    assertThat(html).contains("7.65432");
  }

  @Test
  void aThousandClassesAreListedNotLaidOutInAMatrix() {
    List<String> names = IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList();
    String html = SampleRun.usual().withClasses(names).html();
    assertThat(html.length()).isLessThan(MEGABYTE);
    Document page = Jsoup.parse(html);
    assertThat(page.select("#confusion")).isEmpty();
    assertThat(page.text())
        .contains("A matrix of 1,000 classes is too large to read. The table has the 40");
    assertThat(page.select("details:contains(Recall) tbody tr")).hasSize(1000);
  }

  @Test
  void aThousandNamesOf255BytesFitToo() {
    for (String sign : List.of("&", "\"", "猫")) {
      String tail = sign.repeat(sign.equals("猫") ? 80 : 250);
      List<String> names = IntStream.range(0, 1000).mapToObj(i -> "c" + i + tail).toList();
      String html = SampleRun.usual().withEpochs(1000, 100).withClasses(names).html();
      assertThat(html.getBytes(StandardCharsets.UTF_8).length).as(sign).isLessThan(MEGABYTE);
      assertThat(Jsoup.parse(html).select("ol li").get(7).text())
          .isEqualTo("c7" + sign.repeat(38) + "…");
    }
  }

  @Test
  void moreThanAThousandClassesAreNotAllListed() {
    List<String> names = IntStream.range(0, 20_000).mapToObj(i -> "class " + i).toList();
    String html = SampleRun.usual().withClasses(names).html();
    assertThat(html.length()).isLessThan(MEGABYTE);
    assertThat(Jsoup.parse(html).select("ol li")).hasSize(1000);
    assertThat(html).contains("The first 1,000 classes; run.json has all.");
  }

  @Test
  void nonFiniteLossesAreGaps() {
    SampleRun run = SampleRun.usual().withNotes("a note");
    List<StepRecord> steps =
        run.history().steps().stream()
            .map(s -> new StepRecord(s.step(), s.epoch(), s.learningRate(), s.momentum(), 0 / 0.0))
            .toList();
    Document page = parsed(run.withSteps(steps));
    assertThat(page.select("#losses desc").text())
        .contains("training loss of a batch: 120 not finite");
    assertThat(page.select(".notes").text()).isEqualTo("a note.");
  }

  @Test
  void hostileNamesStayText() {
    assertThat(HostileNames.all()).hasSize(64);
    Document harmless = parsed(everywhere("harmless but long"));
    for (String name : HostileNames.all()) {
      Document page = parsed(everywhere(name));
      assertThat(tags(page)).as(name).isEqualTo(tags(harmless));
      assertThat(attributes(page)).as(name).isEqualTo(attributes(harmless));
      for (Place place : Place.values()) {
        assertThat(page.wholeText()).contains(Texts.clean(name + " " + place));
      }
    }
  }

  /** Numbers like this have an element of their own elsewhere; a title holds text alone. */
  @Test
  void theTitleIsText() {
    assertThat(parsed(SampleRun.usual().with(Place.RUN, "resnet-wd1e-4")).title())
        .isEqualTo("resnet-wd1e-4 – Onecycle");
  }

  /** The name at every place, with the place after it. */
  private static SampleRun everywhere(String name) {
    SampleRun run = SampleRun.usual();
    for (Place place : Place.values()) {
      run = run.with(place, name + " " + place);
    }
    return run;
  }

  private static Map<String, Integer> tags(Document page) {
    Map<String, Integer> tags = new TreeMap<>();
    page.getAllElements().stream()
        .filter(e -> !e.tagName().equals("wbr")) // names may break at any slash in them
        .forEach(e -> tags.merge(e.tagName(), 1, Integer::sum));
    return tags;
  }

  private static Map<String, Integer> attributes(Document page) {
    Map<String, Integer> names = new TreeMap<>();
    page.getAllElements()
        .forEach(e -> e.attributes().forEach(a -> names.merge(a.getKey(), 1, Integer::sum)));
    return names;
  }

  /** 27 of 30 is 90 %: Wilson's interval is 74.4 to 96.5 %; three equal classes. */
  @Test
  void cardsShowTheMostImportantNumbers() {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select(".cards dt").eachText())
        .containsExactly(
            "Accuracy", "Images", "Epochs", "Peak learning rate", "Best epoch", "Time");
    assertThat(page.select(".cards .value").eachText())
        .containsExactly("90.00 %", "90", "4", "0.4", "4", "8 s");
    assertThat(page.select(".cards .soft").get(0).text())
        .isEqualTo("74.4 to 96.5 % (95 %); guessing: 33.3 %");
    assertThat(page.select(".cards .soft").get(0).wholeText())
        .contains("96.5\u00A0%", "95\u00A0%", "33.3\u00A0%");
  }

  /** As the checkpoint named best. */
  @Test
  void ofEqualAccuraciesTheBestEpochIsTheOneOfTheLowestLoss() {
    double[] training = {0.5, 0.4, 0.3};
    SampleRun run = SampleRun.usual().withResults(training, new double[] {0.6, 0.2, 0.4}, 0.9);
    assertThat(parsed(run).select(".cards div:contains(Best epoch)").text())
        .isEqualTo(
            "Best epoch 2 accuracy 90.00 %; the model has the weights after epoch 3, the last");
    assertThat(
            parsed(run.withDone(2, Status.INTERRUPTED))
                .select(".cards div:contains(Best epoch)")
                .text())
        .endsWith("; the model has the weights at which the run stopped");
    assertThat(parsed(SampleRun.usual()).select(".cards div:contains(Best epoch)").text())
        .isEqualTo("Best epoch 4 accuracy 90.00 %; the model has its weights");
  }

  /** A browser breaks "3e-5" behind its hyphen, and a long name anywhere. */
  @Test
  void numbersAreNotBrokenAndNamesAtTheirSeparators() {
    Element parent = new Element("div");
    Html.add(parent, "p", "from 3e-5 to 1.25e-12, not 3e5 or file-3");
    Html.name(parent, "photos/red_rose/1.png");
    assertThat(parent.select("p .number").eachText()).containsExactly("3e-5", "1.25e-12");
    assertThat(parent.select("p").text()).isEqualTo("from 3e-5 to 1.25e-12, not 3e5 or file-3");
    assertThat(parent.select("bdi").html()).isEqualTo("photos/<wbr>red_<wbr>rose/<wbr>1.png");
    assertThat(parent.select("bdi").text()).isEqualTo("photos/red_rose/1.png");
    assertThat(parsed(SampleRun.usual().withSetting("max_lr", 3e-5)).select(".number").eachText())
        .contains("3e-5");
  }

  @Test
  void thePeakHasItsSource() {
    assertThat(peakCard(SampleRun.usual().withSetting("max_lr", 0.4))).endsWith("0.4 given");
    assertThat(peakCard(SampleRun.usual().withSetting("lr_from", "runs/sweep.json")))
        .endsWith("0.4 from sweep.json");
  }

  private static String peakCard(SampleRun run) {
    return parsed(run).select(".cards div:contains(Peak learning rate)").text();
  }

  /** 9 of 10 is 90 %: Wilson's interval is 59.6 to 98.2 %. */
  @Test
  void testImagesThatJudgedNoEpochHaveACardOfTheirOwn() {
    SampleRun run = SampleRun.usual().withOutcome(Map.of("test_images", 10, "test_accuracy", 0.9));
    assertThat(parsed(run).select(".cards div:contains(Test accuracy)").text())
        .isEqualTo("Test accuracy 90.00 % 59.6 to 98.2 % (95 %)");
  }

  /** A page that is written during the first epoch knows the plan: 120 steps in 4 epochs. */
  @Test
  void epochsAreASecondAxisBeforeTheFirstIsComplete() {
    String losses =
        parsed(SampleRun.usual().withDone(0, Status.RUNNING)).select("#losses script").html();
    assertThat(losses).contains("\"stepsPerEpoch\":30");
  }

  @Test
  void lossesAboveTheAxisAreCountedBelowTheFigure() {
    SampleRun run = SampleRun.usual();
    List<StepRecord> steps = new ArrayList<>(run.history().steps());
    StepRecord calm = steps.get(50);
    steps.set(50, new StepRecord(50, 1, calm.learningRate(), calm.momentum(), 60));
    assertThat(parsed(run.withSteps(steps)).select("#losses figcaption").text())
        .startsWith(
            "Training loss: mean over 5 steps; training loss of a batch: 1 above the top of the axis");
    steps.set(50, new StepRecord(50, 1, calm.learningRate(), calm.momentum(), 6000));
    assertThat(parsed(run.withSteps(steps)).select("#losses figcaption").text())
        .contains("logarithmic, because the losses span a factor of more than 100");
    assertThat(parsed(run).select("#range figcaption").text())
        .contains("above the top of the axis");
  }

  @Test
  void accuraciesStayBelowAHundredPercentOnTheirAxis() throws Exception {
    double[] losses = {0.1, 0.01, 0.001};
    Document page = parsed(SampleRun.usual().withResults(losses, losses, 1));
    JsonNode y =
        new ObjectMapper()
            .readTree(page.select("#accuracy script").get(0).data())
            .at("/panels/0/y");
    assertThat(y.get("low").asDouble()).isBetween(80.0, 95.0);
    assertThat(y.get("high").asDouble()).isBetween(100.0, 101.0);
  }

  @Test
  void anEndedRunWithoutAnEpochIsNotWaitedFor() {
    SampleRun run = SampleRun.usual();
    assertThat(parsed(run.withDone(0, Status.DIVERGED)).text())
        .contains("No epoch was completed.")
        .doesNotContain("yet");
    assertThat(parsed(run.withDone(0, Status.RUNNING)).text()).contains("No epoch is complete yet");
  }

  /** Columns of long names would be wide and high. */
  @Test
  void columnsOfLongNamesAreNumbered() {
    List<String> names = List.of("short", "a name of a class that is long", "another");
    Document page = parsed(SampleRun.usual().withClasses(names));
    assertThat(page.select("#confusion thead th").eachText()).containsExactly("0", "1", "2");
    assertThat(page.select("#confusion thead abbr").eachAttr("title")).isEqualTo(names);
    assertThat(page.select("#confusion tbody th").get(1).text())
        .matches("1[ \u00A0]+a name of a class that is long");
    assertThat(page.text()).contains("The columns have the numbers of the rows.");
    assertThat(parsed(SampleRun.usual()).select("#confusion thead th").eachText())
        .containsExactly("cat", "dog", "fox");
  }

  @Test
  void mistakesAreColouredAndZerosGrey() {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select("#confusion td.correct").eachText()).containsExactly("8", "8", "8");
    assertThat(page.select("#confusion td.zero").eachText()).containsExactly("0", "0", "0");
    assertThat(page.select("#confusion td[style*=mistake]").eachText())
        .containsExactly("2", "2", "2");
  }

  @Test
  void theScheduleAndTheReadingsAreExplained() {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select("#schedule figcaption").text())
        .contains("The rate starts low, because", "At the end the rate falls to nearly zero");
    assertThat(
            page.select("#range details:contains(readings explained) tbody td:first-child")
                .eachText())
        .startsWith("suggestion", "edge", "trough", "minimum");
  }

  /** Tables scroll in a box of their own; on paper a heading without content is left out. */
  @Test
  void tablesScrollAndFoldedSectionsAreMarked() {
    Document page = parsed(SampleRun.usual());
    assertThat(page.select("table")).allMatch(t -> t.closest(".scroll, .confusion") != null);
    assertThat(page.select("section.folded > h2").eachText())
        .containsExactly("Epochs", "Settings and environment");
  }
}
