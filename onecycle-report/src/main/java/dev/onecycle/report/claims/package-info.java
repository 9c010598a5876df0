/** Claims about runs, decided by runs of several seeds. */
@NullMarked
package dev.onecycle.report.claims;

import org.jspecify.annotations.NullMarked;
