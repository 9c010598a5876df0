/** The programs of docs/how-to/other-data.md, run by the build. */
@NullMarked
package dev.onecycle.torch.example;

import org.jspecify.annotations.NullMarked;
