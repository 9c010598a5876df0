package dev.onecycle.report.page;

import java.util.ArrayList;
import java.util.List;

/** Names with code that would set {@code window.hacked} if a browser ran it. */
final class HostileNames {
  private static final String RUN = "window.hacked=1";

  private HostileNames() {}

  /** Sixty-four of them. */
  static List<String> all() {
    List<String> all = new ArrayList<>();
    for (String tag : List.of("img src=x onerror=", "svg onload=", "body onload=", "a onclick=")) {
      all.add("<" + tag + RUN + ">");
      all.add("<" + tag + "\"" + RUN + "\">");
      all.add("\"><" + tag + "'" + RUN + "'>");
      all.add("'><" + tag + RUN + ">");
      all.add("--><" + tag + RUN + ">");
      all.add("]]><" + tag + RUN + ">");
    }
    for (String end :
        List.of("", "</script>", "</title>", "</style>", "</svg>", "</textarea>", "</noscript>")) {
      all.add(end + "<script>" + RUN + "</script>");
      all.add(end + "<ScRiPt >" + RUN + "</sCrIpT\n>");
    }
    all.addAll(
        List.of(
            "\" onmouseover=\"" + RUN + "\" x=\"",
            "' onfocus='" + RUN + "' autofocus='",
            "`-" + RUN + "-`",
            "\\\";" + RUN + ";//",
            "\\u003cscript\\u003e" + RUN + "\\u003c/script\\u003e",
            "&lt;script&gt;" + RUN + "&lt;/script&gt;",
            "&#60;script&#62;" + RUN,
            "javascript:" + RUN,
            "data:text/html,<script>" + RUN + "</script>",
            "{{constructor.constructor('" + RUN + "')()}}",
            "${" + RUN + "}",
            "<%=" + RUN + "%>",
            "<iframe srcdoc='<script>parent." + RUN + "</script>'>",
            "<object data='javascript:" + RUN + "'>",
            "<meta http-equiv=refresh content='0;url=javascript:" + RUN + "'>",
            "<base href='https://example.com/'>",
            "<link rel=stylesheet href='https://example.com/x.css'>",
            "<style>body{display:none}</style>",
            "<form action='https://example.com/'><button>",
            "<math><mtext></mtext><script>" + RUN + "</script></math>",
            "\u202Etxt.exe<script>" + RUN + "</script>",
            "\u200Fשלום \u2067right to left\u2069",
            "\u001b[31mred\u001b[0m\u0007",
            "\ud800<script>" + RUN + "</script>",
            "\u2028" + RUN + "\u2029",
            "x".repeat(255)));
    return List.copyOf(all);
  }
}
