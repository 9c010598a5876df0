package dev.onecycle.report.page;

import java.util.List;
import org.jsoup.nodes.Element;

/** The page of a prediction server: it sends a picture, and shows it with the answers. */
public final class UploadPage {
  private UploadPage() {}

  /**
   * The HTML of the page.
   *
   * @param model the name of the model, for people
   * @param answers the number of classes, labels or numbers, and their kind: "10 classes"
   * @param value the meaning of an answer's value: "Probability"
   * @param images whether the model takes images; otherwise the page tells how to ask it
   */
  public static String html(String model, String answers, String value, boolean images) {
    return Page.of(
        "Predict – Onecycle",
        Page.UPLOAD,
        false,
        main -> fill(main, model, answers, value, images));
  }

  /** The content security policy of the page, for a server that sends it. */
  public static String contentPolicy() {
    return Page.UPLOAD.policy();
  }

  private static void fill(
      Element main, String model, String answers, String value, boolean images) {
    Html.add(main, "h1", "Predict");
    Element about = Html.add(main, "p").addClass("soft");
    Html.name(about, model);
    about.appendText(", " + answers);
    if (!images) {
      Html.add(
          main,
          "p",
          "The model takes no images. Send its samples as JSON to /api/predict, see /api/model.");
      return;
    }
    Html.add(
        Html.add(main, "noscript"),
        "p",
        "The page needs JavaScript; without it, send an image to /api/predict.");
    Element place = Html.add(main, "label").attr("id", "place").addClass("place");
    Html.add(place, "span", "Choose a picture, or drop or paste it here");
    Html.add(place, "input").attr("type", "file").attr("id", "file").attr("accept", "image/*");
    Html.add(main, "p")
        .attr("id", "trouble")
        .addClass("notes")
        .attr("role", "alert")
        .attr("hidden", true);
    Element result = Html.add(main, "div").attr("id", "result").addClass("result");
    result.attr("hidden", true);
    Html.add(result, "img").attr("id", "picture").attr("alt", "");
    Html.table(result, "Answers", List.of("Answer", value)).attr("id", "answers");
    Html.add(main, "p").attr("id", "time").addClass("soft").attr("role", "status");
  }
}
