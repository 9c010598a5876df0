@NullMarked
package dev.onecycle.report.page;

import org.jspecify.annotations.NullMarked;
