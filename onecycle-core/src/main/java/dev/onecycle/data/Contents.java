package dev.onecycle.data;

import java.util.List;

/**
 * What reading a source has found, beside the pixels.
 *
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used
 */
record Contents(
    ImageShape shape,
    List<String> classes,
    List<Part> parts,
    List<String> notes,
    List<SkippedImage> skipped) {}
