"""What can be wrong with a file: the closed table of finding codes, and one finding.

The table feeds the check, the page on data quality, the documentation and the tests. A blocking
finding leaves its row out (or the file, where it cannot be read as a table); a note leaves it in.
"""
# ruff: noqa: E501 - one kind a line

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["blocking", "note"]
Level = Literal["file", "cell", "row", "table"]
SHOWN = 80  # characters of a value that a problem repeats
MOST = 5_000  # blocking problems after which a file is read no further


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of finding: how grave, what it is about, and its words; `message` and `fix` are templates."""

    code: str
    severity: Severity
    level: Level
    title: str
    explanation: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place. Line 0 is the file as a whole; column "" is the whole row.

    `related_line` is the other line that the message names, 0 where there is none.
    """

    line: int
    column: str
    code: str
    severity: Severity
    value: str
    message: str
    fix: str
    related_line: int = 0

    @property
    def is_blocking(self) -> bool:
        """Whether the row, or the file, is left out because of it."""
        return self.severity == "blocking"

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary of plain values, in the order of its fields; the message names the other line."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "related_line"}


# fmt: off
_ROWS: tuple[tuple[str, Severity, Level, str, str, str, str], ...] = (
    # Bytes and the shape of the table.
    ("file-missing", "blocking", "file", "File missing", "The folder lacks one of the data files.", "There is no file {value}.", "Put the file back, or take it from the last valid version."),
    ("file-not-given", "note", "file", "File not given", "A folder of the first release lacks the files on overlaps, gaps and the trials of reviews.", "There is no file {value}; what it would record is unknown.", "Add the file when there is something to put into it."),
    ("columns-not-given", "note", "file", "Columns of the second release missing", "A file of the first release lacks later columns; its cells there are blank.", "The file lacks the columns {missing}; they are read as blank.", "No action needed; add the columns when there is something to put into them."),
    ("file-unreadable", "blocking", "file", "File cannot be opened", "The system refuses to open the file.", "The file cannot be opened: {reason}.", "Check that it is an ordinary file and that you may read it."),
    ("file-too-large", "blocking", "file", "File too large", "A file this large is not a table of results and is not read at all.", "The file has {size} bytes; at most {limit} are read.", "Remove what does not belong, or split the file."),
    ("file-empty", "blocking", "file", "Empty file", "The file is empty, with no header.", "The file is empty.", "Put the header and the rows back."),
    ("no-rows", "blocking", "file", "No rows", "There are no rows under the header.", "The file has no rows.", "Add at least one row."),
    ("bom", "note", "file", "Byte order mark", "Excel writes three invisible bytes at the start; they are skipped.", "The file starts with a byte order mark, which was skipped.", "No action needed; save as plain UTF-8 to remove this note."),
    ("utf-16", "blocking", "file", "UTF-16", "The text is stored with two or four bytes per letter.", "The file is UTF-16 or UTF-32, not UTF-8.", "Save as “CSV UTF-8 (comma delimited)”, not as “Unicode text”."),
    ("not-utf-8", "blocking", "file", "Not UTF-8", "Letters with accents were stored in an older encoding, often Windows-1252.", "Byte {value} ({letter} in Windows-1252) is not UTF-8.", "Save as “CSV UTF-8 (comma delimited)”."),
    ("nul", "blocking", "file", "NUL byte", "A NUL byte is a sign of a damaged file.", "The file contains a NUL byte.", "Go back to the last valid version, or remove the byte."),
    ("binary", "blocking", "file", "Not text", "The file is a workbook, a document, an archive or an image.", "The file is {what}, not text.", "Open it in the program that made it and save as “CSV UTF-8 (comma delimited)”."),
    ("separator", "note", "file", "Other separator", "Excel in many countries separates cells by semicolons and writes decimals with a comma.", "Cells are separated by {separator}; the file was read that way, with decimal commas in number columns.", "No action needed; save with commas to remove this note."),
    ("no-header", "blocking", "file", "No header", "The first line contains none of the column names.", "The first line contains none of the column names.", "Put the header line back: {columns}."),
    ("missing-column", "blocking", "file", "Missing column", "Every column must be present, even if its cells are blank.", "The column {column} is missing.", "Add the column {column} to the header; its cells may be blank where it is optional."),
    ("unknown-column", "blocking", "file", "Unknown column", "The header contains a name that is not in the data dictionary.", "There is no column “{value}”.", "{suggestion}Remove or rename the column."),
    ("duplicate-column", "blocking", "file", "Duplicate column", "Two columns share a name, so it is unclear which one counts.", "The column {column} occurs in the header more than once.", "Remove or rename one of them."),
    ("unclosed-quote", "blocking", "file", "Quotation mark not closed", "A cell starts with a quotation mark that is never closed, so the rest of the file runs into it.", "The cell that starts with a quotation mark on this row is not closed.", "Close the quotation mark, or double it inside a cell."),
    ("too-many-findings", "blocking", "file", "Too many problems", "The check stopped, because the same error probably runs through the file.", "There are more than {most} blocking problems; further ones are not listed, and rows that were not checked are left out.", "Fix these problems and check again."),
    ("ragged-row", "blocking", "row", "Wrong number of cells", "A row has more or fewer cells than the header.", "The row has {found} cells, the header {expected}.", "Look for a missing or an extra separator; put text that contains the separator in quotation marks."),
    ("half-written", "blocking", "row", "Half-written last row", "The file stops in the middle of its last row.", "The last row is cut off.", "Complete the row, or remove it."),
    ("stray-quote", "blocking", "row", "Stray quotation mark", "A cell continues after its closing quotation mark.", "The row has a quotation mark in the wrong place.", "Double quotation marks inside a cell and put the whole cell in quotation marks."),
    ("cell-too-long", "blocking", "row", "Cell too long", "A single cell contains more text than any note needs.", "A cell in this row is longer than {limit} characters.", "Shorten the cell; look for a quotation mark that is not closed."),
    ("blank-row", "note", "row", "Blank rows", "A spreadsheet often leaves rows of blank cells; they are skipped.", "Rows of blank cells were skipped: {times}, the first one here.", "Remove them."),
    # Text of a cell.
    ("formula", "blocking", "cell", "Formula", "A spreadsheet would run this cell as a formula.", "{column} holds a formula: “{value}”.", "Write the value itself (in a spreadsheet: copy, paste as value); a text must not start with =, @, + or -."),
    ("control-character", "blocking", "cell", "Invisible character", "Control and invisible characters make equal words differ.", "{column} contains the invisible character {character}.", "Type the cell again."),
    ("bidi-character", "blocking", "cell", "Direction mark", "Direction marks can display a text in an order other than the stored one.", "{column} contains the direction mark {character}.", "Type the cell again."),
    ("html", "blocking", "cell", "HTML", "Cells are plain text; markup is not rendered.", "{column} contains HTML: “{value}”.", "Write plain text; leave a space after < when it means “less than”."),
    ("outer-space", "note", "cell", "Spaces at the ends", "Spaces before or after a text make equal words differ; they are ignored.", "{column} has spaces before or after “{value}”; they were left out.", "Remove the spaces."),
    # Files offered for adding: spreadsheets, mappings, registry records, reference files.
    ("encoding-read", "note", "file", "Other encoding", "Letters with accents were stored in another encoding than UTF-8; it was recognised from the letters.", "The file is not UTF-8; it was read as {value}.", "Look at names with accents; save the file as UTF-8 if one is wrong."),
    ("garbled", "note", "file", "Garbled letters", "UTF-8 text once read as Windows-1252 shows two characters for each letter with an accent.", "“{value}” looks garbled: accented letters were read in the wrong encoding before the file was saved.", "Export the file again as UTF-8 from a source where the letters are still right."),
    ("workbook", "blocking", "file", "Workbook cannot be read", "The workbook is damaged, protected or far larger than any table of results.", "The workbook cannot be read: {reason}.", "Save it again as an Excel workbook (.xlsx) without a password, or as CSV."),
    ("merged-cells", "note", "file", "Merged cells", "Cells merged over several rows of a workbook have one value for all of them.", "The cells {value} are merged; their value was used for each of the rows.", "Check these rows; write the value into each of them to remove this note."),
    ("header-below", "note", "file", "Lines above the header", "Exports and forms often begin with a title; the header is looked for in the first lines.", "The header was read from line {header}; the text above it (“{value}”) was left out.", "No action needed; remove the lines to remove this note."),
    ("two-header-rows", "blocking", "file", "Header in two rows", "Groups over repeated names cannot be told apart by the names alone.", "The header spans lines {value} and {below}.", "Write it in one line: {example} …"),
    ("too-many-columns", "blocking", "file", "Too many columns", "A table this wide is not a table of results and is not read.", "The table has {found} columns; at most {limit} are read.", "Remove the empty columns."),
    ("hidden-cells", "note", "file", "Hidden rows or columns", "Filtered rows are hidden from view, but they are still part of the sheet.", "Hidden in the workbook and read like the others: {what}, {value}.", "Check them; delete in the workbook those that do not belong."),
    ("struck-out", "note", "file", "Struck out", "Text is struck out where it no longer counts; its numbers are still in the sheet.", "Struck out in the workbook and read like the others: {value}.", "Delete in the workbook what no longer counts."),
    ("cell-comments", "note", "file", "Comments at cells", "A comment beside a number often qualifies it, and is not imported.", "Comments at {count} were not read: {value}.", "Read them in the workbook, and put what matters in the note of the row."),
    ("other-sheet", "note", "file", "Another sheet with rows", "One sheet is read at a time.", "The sheet “{read}” was read; the {state}sheet “{value}” has {rows} under a header of results.", "Read that sheet as well (on the page: Sheet; on the command line: --sheet)."),
    ("total-row", "note", "row", "Total left out", "A line that sums up the lines above it would count them twice.", "The line “{value}” looks like a total and was left out.", "Rename it if it is a result."),
    ("header-again", "note", "row", "Header repeated", "Tables of several pages repeat their header.", "The line repeats the header and was left out.", "No action needed; remove the line to remove this note."),
    ("not-a-table", "blocking", "file", "Not a table", "Rows are read from CSV and from Excel workbooks.", "The file is {what}, not a table of results.", "{how}"),
    ("text-line", "note", "row", "Line of text left out", "A footnote under a table is not a row of it.", "The line contains a single text (“{value}”) and was left out.", "Put what matters in the note of a row."),
    ("column-left-out", "note", "file", "Column left out", "A column that is not mapped to one of ours is not imported.", "The column “{value}” is not mapped; its cells are left out.", "Map it, or put what matters in the note."),
    ("mapped-column-missing", "note", "file", "Mapped column missing", "The mapping names a column that this table does not have.", "The mapping names the column “{value}”, which the table lacks.", "Map another column to {column}, or fill it in."),
    ("time-without-unit", "note", "file", "Time without its unit", "Hours, days and weeks are told apart by the name of a column alone; a wrong guess would shift a result in time.", "The column “{value}” {reason}; it was not used for {column}.", "Name it with its unit, for example hours, days or follow-up (weeks), or map it to {column}."),
    ("effect-on-log-scale", "blocking", "cell", "Column of logarithms", "In the program they come from, columns of this name contain the logarithm of a ratio.", "{value} is in a column of logarithms of ratios (“{source}”); the row says {measure}.", "Take the exponential of the effect and of its interval, and name the column effect."),
    ("two-by-two", "note", "file", "Number analysed as a sum", "In a table of events and non-events, the number analysed is their sum.", "{column} was calculated as {value}.", "Compare it with the source; fill in the column itself if people are missing from both."),
    ("mapping", "blocking", "file", "Mapping cannot be used", "A mapping assigns the columns of a file to ours, each of ours at most once.", "The mapping cannot be used: {reason}.", "Choose the columns again and save the new mapping."),
    ("trial-named", "note", "file", "Trial named after its label", "The table has no short names of trials; they were made from the labels.", "The column trial was filled from the labels.", "Compare the names with those of trials already in the data."),
    ("registry-record", "blocking", "file", "Not a results record", "Only a study record of ClinicalTrials.gov (API version 2, JSON) is understood.", "The file is not a results record of ClinicalTrials.gov: {reason}.", "Download it from clinicaltrials.gov/api/v2/studies/ followed by the NCT number."),
    ("reference-file", "blocking", "file", "References cannot be read", "References are read from RIS, nbib, BibTeX and CSL-JSON files.", "The references cannot be read: {reason}.", "Export them again as RIS, nbib, BibTeX or CSL-JSON."),
    ("retracted", "note", "row", "Retraction or expression of concern", "A retracted publication must not enter the evidence unnoticed: its results are shown, marked and not pooled.", "Reference {item} ({value}) is marked: {notice}", "Read the notice. If the trial has another source, cite that one; remove the mark only if it is wrong."),
    ("reference-untitled", "note", "row", "Reference without a title", "A source without a title is hard to find again, and its record may have been exported in part.", "Reference {item} has no title.", "Add the title, or export the record again."),
    ("identifier", "blocking", "cell", "Not an identifier", "A reference can be named by its DOI, PubMed number or NCT number.", "“{value}” is not a DOI, PubMed number or NCT number.", "Write for example 10.1176/appi.ajp.2013.13030392, 23982301 or NCT00768430."),
    # Value of a cell.
    ("blank-required", "blocking", "cell", "Blank cell", "This column needs a value in every row.", "{column} is blank.", "Fill in {column}."),
    ("unknown-term", "blocking", "cell", "Unknown word", "The column accepts only the words of a fixed list.", "“{value}” is not an allowed value of {column}.", "{suggestion}{allowed}"),
    ("number-thousands", "blocking", "cell", "Thousands mark", "A thousands separator can be mistaken for a decimal mark.", "“{value}” in {column} has a thousands separator.", "{suggestion}Write numbers without thousands separators."),
    ("number-decimal-comma", "blocking", "cell", "Decimal comma", "In a comma-separated file, decimals are written with a point.", "“{value}” in {column} has a decimal comma.", "{suggestion}Write decimals with a point."),
    ("number-percent", "blocking", "cell", "Percent sign", "Cells contain the number only.", "“{value}” in {column} has a percent sign.", "{suggestion}Write the number without the sign."),
    ("number-not-finite", "blocking", "cell", "Not a number", "Words such as nan, inf or NA are not numbers; unknown values stay blank.", "“{value}” in {column} is not a finite number.", "Leave the cell blank if the number is unknown."),
    ("number-underscore", "blocking", "cell", "Underscore in a number", "Programs read 1_000 in different ways.", "“{value}” in {column} has an underscore.", "{suggestion}Write only the digits."),
    ("number-inequality", "blocking", "cell", "Sign before a number", "Cells contain the number only; “less than” belongs in the note.", "“{value}” in {column} starts with a comparison sign.", "{suggestion}Say in the note that the source gives a bound."),
    ("number-digits", "blocking", "cell", "Other digits", "Numbers are written with the digits 0 to 9.", "“{value}” in {column} has digits other than 0 to 9.", "{suggestion}Write the digits 0 to 9."),
    ("number-sign", "blocking", "cell", "Sign of a number", "A negative number starts with a hyphen, a positive one with a digit.", "“{value}” in {column} has a dash or plus sign where a hyphen or a digit belongs.", "{suggestion}Use the hyphen for minus, and nothing for plus."),
    ("number-date", "blocking", "cell", "Date or time in a number column", "Spreadsheets turn 3/10 into a date and 1:30 into a time of day.", "“{value}” in {column} is a date or a time, possibly made from a number by a spreadsheet.", "{suggestion}Look up the number in the source, and format the cell as text before typing it again."),
    ("number-raised", "blocking", "cell", "Superscript after a number", "A superscript footnote mark becomes part of the number once its formatting is lost.", "“{value}” in {column} is a number with a superscript.", "{suggestion}Write only the number, and put the footnote in the note."),
    ("number-form", "blocking", "cell", "Unusual number format", "Numbers have digits on both sides of an ordinary decimal point.", "“{value}” in {column} has an unusual format.", "{suggestion}Write for example 0.5 or 14.8."),
    ("number-text", "blocking", "cell", "Text in a number column", "The column accepts only plain numbers.", "“{value}” in {column} is not a plain number.", "{hint}Write a number such as 12 or -3.5; put words in the note."),
    ("number-too-large", "blocking", "cell", "Number too large", "No trial result is this large.", "“{value}” in {column} is larger than any possible result.", "Check the number."),
    ("not-whole", "blocking", "cell", "Not a whole number", "People and doses are counted in whole numbers.", "“{value}” in {column} is not a whole number.", "Give the count; a percentage belongs in the percent column."),
    ("negative", "blocking", "cell", "Negative number", "The column cannot be below zero.", "“{value}” in {column} is negative.", "Check the number."),
    ("not-positive", "blocking", "cell", "Not above zero", "The column must be above zero.", "“{value}” in {column} is not above zero.", "Check the number, or leave the cell blank."),
    ("percent-range", "blocking", "cell", "Outside 0 to 100", "A percentage of people lies between 0 and 100.", "“{value}” in {column} is outside 0 to 100.", "Check the number."),
    ("p-range", "blocking", "cell", "p outside 0 to 1", "A p value lies between 0 and 1.", "“{value}” in {column} is outside 0 to 1.", "Check the number; write 0.05, not 5."),
    ("registration-nct", "blocking", "cell", "Malformed NCT number", "A ClinicalTrials.gov number is NCT and eight digits.", "“{value}” is not a ClinicalTrials.gov number.", "{suggestion}Write NCT and eight digits, for example NCT00768430."),
    ("registration", "blocking", "cell", "Malformed registry number", "The number does not fit any known trial registry.", "“{value}” is not the number of a known trial registry.", "Copy the number from the registry, for example “EudraCT 2021-004927-34”; separate several by semicolons."),
    ("slug", "blocking", "cell", "Malformed short name", "Short names are lower case letters and digits joined by hyphens.", "“{value}” in {column} is not a short name.", "{suggestion}Short names are lower case words joined by hyphens, such as smith-2020."),
    ("citation-key", "blocking", "cell", "Malformed key", "Keys are letters and digits without spaces.", "“{value}” in {column} is not a key.", "Write letters, digits, hyphens and underscores only, for example Murrough2013AJP."),
    # Cells of a row against each other.
    ("events-over-n", "blocking", "row", "More events than people", "More people had the outcome than were analysed.", "{column} is {value}, but only {n} people were analysed.", "Check both numbers."),
    ("events-without-n", "blocking", "row", "Count without n", "A count means nothing without the number analysed.", "{column} is {value}, but {other} is blank.", "Fill in {other}."),
    ("mean-without-n", "blocking", "row", "Mean without n", "The number analysed is given for the other arm only.", "{column} is {value}, but {other} is blank while the other arm's number is given.", "Fill in {other}."),
    ("n-not-reported", "note", "row", "n not reported", "A mean without the number analysed can be shown, but not pooled.", "{column} is {value}, and no arm's number analysed is given; its means cannot be pooled.", "Fill in {other} when a source gives it."),
    ("sd-not-positive", "blocking", "row", "SD not above zero", "A standard deviation is above zero.", "{column} is {value}.", "Check the number, or leave the cell blank."),
    ("effect-outside-interval", "blocking", "row", "Effect outside its interval", "An effect lies between the limits of its interval.", "{column} is {value}, on the wrong side of {other} ({against}).", "Check the effect and both limits; look for a lost minus sign."),
    ("ratio-not-positive", "blocking", "row", "Ratio not above zero", "Risk, odds and hazard ratios are above zero.", "{column} of a ratio ({measure}) is {value}.", "Check the measure; give the ratio, not its logarithm."),
    ("ratio-on-log-scale", "blocking", "row", "Logarithm of a ratio", "The interval of a ratio is symmetric on the logarithmic scale; this one is symmetric on the plain scale, as for a logarithm.", "The effect {value} lies in the middle of its interval {interval}, as the logarithm of a ratio ({measure}) does; as a logarithm it stands for {ratio}.", "Give effect and interval as ratios: take the exponential of each if the source reports logarithms. An interval that really was calculated on the plain scale belongs in the note."),
    ("difference-on-ratio-scale", "note", "row", "Difference that looks like a ratio", "The interval of a difference is symmetric about it; this one is symmetric on the logarithmic scale, as for a ratio.", "The effect {value} ({measure}) lies in its interval {interval} as a ratio does.", "Check effect_measure against the source; keep the numbers if the source gives this interval for a difference."),
    ("change-above-zero", "note", "row", "Changes above zero", "A change is the score at the time minus the score at baseline: below zero if people improved.", "The mean changes of {instrument} are {value} and {other}, both above zero, although a fall is improvement.", "Write improvements with a minus sign; keep the numbers if the scores really rose."),
    ("outside-scale", "note", "row", "Outside the scale", "A score lies between the ends of its scale.", "{column} is {value}, which {instrument} ({low} to {high} points) cannot give.", "Check the number, the instrument and the unit; a percentage has the unit percent."),
    ("percent-like-proportion", "note", "row", "May be a proportion", "A percentage of 1 or less that does not match a number of people is often a proportion.", "{column} is {value}%, which is {people}; it may be a proportion, {scaled}%.", "Write a percentage: 60, not 0.60."),
    ("comparator-on-uncontrolled", "blocking", "row", "Comparator data without a comparator", "The comparator is `none`, yet its cells are filled.", "{column} is {value}, but the comparator is none.", "Name the comparator, or clear {column}."),
    ("dose-without-unit", "blocking", "row", "Dose without unit", "A dose means nothing without its unit.", "The dose is {value}, but dose_unit is blank.", "Fill in dose_unit: mg/kg or mg."),
    ("effect-without-measure", "blocking", "row", "Effect without measure", "An effect means nothing without its measure.", "The effect is {value}, but effect_measure is blank.", "Fill in effect_measure."),
    ("difference-over-one", "blocking", "row", "Risk difference over 1", "A risk difference is a fraction of people, between −1 and 1.", "{column} of a risk difference is {value}.", "Write 0.33 for 33 percentage points."),
    ("ratio-log-of-counts", "blocking", "row", "Logarithm of the ratio of the counts", "The reported ratio is the logarithm of the one that the counts give.", "The effect {value} is the logarithm of the {measure} that the counts give, {counts}.", "Give effect and interval as ratios: take the exponential of each."),
    ("effect-above-zero", "note", "row", "Difference in favour of the comparator", "Differences are intervention minus comparator: below zero if the drug did better on a scale where a fall is improvement.", "The {measure} is {value} and the row has no means; as written, the comparator did better.", "Compare the direction with the source; change the sign of effect and interval if it counts improvement."),
    ("p-zero", "note", "row", "p of 0", "A p value is never 0; it was rounded.", "p_value is {value}.", "Leave the cell blank and write in the note what the source reports, such as p < 0.001."),
    ("percent-disagrees", "note", "row", "Percent disagrees with the count", "The reported percentage differs by more than 0.6 points from events divided by n.", "{column} is {value}, but {events} of {n} is {percent}%.", "Check the three numbers; the source may use another denominator."),
    ("sd-like-standard-error", "note", "table", "SD looks like a standard error", "The SD is below a third of the usual SD of this instrument, but multiplied by the square root of n it is close to it.", "{column} is {value}, while {usual} is usual for {instrument}; multiplied by √{n} it would be {times}.", "Check whether the source gives a standard error; SD = SE × √n."),
    ("large-effect", "note", "row", "Very large effect", "A standardised difference beyond 2 is rare, and often due to a standard error entered as an SD.", "The standardised mean difference is {value}.", "Check means and SDs against the source."),
    ("effect-sign", "note", "row", "Sign disagrees with the means", "Differences are intervention minus comparator.", "The effect is {value}, but the arm means differ by {difference}.", "Check the sign; an adjusted difference may differ."),
    ("ratio-disagrees", "note", "row", "Reported effect disagrees with the counts", "The reported RR or OR differs from the counts by more than 5% and 0.05, or the RD by more than 0.02.", "The reported {measure} is {value}, but the counts give {counts}.", "Check the counts and the effect; the reported one may be adjusted or come from another model."),
    ("n-over-randomised", "note", "row", "More analysed than randomised", "More people were analysed than were randomised (in a crossover trial: in one arm).", "{value} people were analysed, but {randomised} were randomised.", "Check the numbers; say in the note why they differ."),
    # Rows against each other and against other files.
    ("trial-disagrees", "blocking", "table", "Rows of one trial disagree", "Trial-level cells must be the same in every row of a trial.", "{column} is “{value}” here, but “{first}” on line {first_line}, for the same trial {trial}.", "Make the rows agree, or give the other trial its own short name."),
    ("duplicate-row", "blocking", "table", "Duplicate row", "The same row is in the file twice and would count twice.", "The row repeats line {first_line}.", "Remove one of them."),
    ("duplicate-key", "blocking", "table", "Duplicate key", "Two rows have the same key but different content.", "Line {first_line} already has {value}.", "Keep the right row, or give them different keys."),
    ("same-pool", "note", "table", "Two main results for one pool", "Two main rows of one trial describe the same comparison, outcome and time; only one can enter a pool.", "Line {first_line} is a main row for the same comparison, outcome and time.", "Mark one of them as sensitivity or subgroup."),
    ("change-sign", "note", "table", "Sign of a change", "A change is the score at the time minus the score at baseline, in every arm and in agreement with the scores themselves.", "{column} is {value}, but {against} on line {other_line}.", "Check the sign against the source; keep the numbers if they are right."),
    ("two-names", "note", "table", "One trial under two names?", "A trial under two names counts twice.", "{trial} and {other} (line {other_line}) share {value}.", "Give one trial one short name; if two trials share people, say so in overlaps.csv."),
    ("shared-comparator", "note", "table", "Shared comparator arm", "Two comparisons of a trial use the same comparator arm; pooled together, its people count twice.", "The comparator arm is the same as on line {first_line}.", "Give both rows the same comparator_arm; they are then combined, and the comparator counts once."),
    ("unknown-citation", "blocking", "table", "Unknown citation", "The citation is not in references.json.", "There is no reference “{value}”.", "{suggestion}Add the reference to references.json, or correct the citation."),
    ("unknown-trial", "blocking", "table", "Unknown trial", "The trial is not in trials.csv.", "There is no trial “{value}”.", "{suggestion}Add the trial's rows, or correct the name."),
    ("unknown-estimate", "blocking", "table", "Unknown estimate", "The estimate is not in reviews.csv.", "There is no estimate “{value}”.", "{suggestion}Add the estimate to reviews.csv, or correct the name."),
    ("gap-filled", "note", "table", "Gap filled", "A result listed as missing from these data is in trials.csv with usable numbers.", "trials.csv now has {outcome} of {value}; the gap is closed.", "Remove the row from gaps.csv."),
    ("scale-range", "blocking", "row", "Range of a scale", "The lowest score of a scale must be below its highest; give both or neither.", "The range goes from {value} to {high}.", "Correct both limits, or leave both blank."),
    ("words-not-given", "note", "file", "No list of words", "A word list may be absent; the program's own is then used.", "There is no file {value}, so the program's own list is used.", "Add the file, or leave it."),
    ("word-not-asked", "blocking", "cell", "Not asked of this word", "Columns that a list does not use stay blank.", "A word of the list {list} takes no {column}.", "Leave {column} blank."),
    ("same-trial", "blocking", "row", "Trial paired with itself", "An overlap is between two different trials.", "Both trials are {value}.", "Name the other trial."),
    ("schedule-disagrees", "blocking", "row", "Schedule disagrees with the doses", "A single dose is one administration, repeated doses are more.", "The schedule is {value}, but administrations is {administrations}.", "Correct one of the two; leave administrations blank if the number is unknown."),
    ("timing-missing", "note", "row", "Timing of a response not given", "A response at a time, at any time until then, and sustained until then are different outcomes; if blank, the row is read as “at the time”.", "{value} has no timing.", "Write at-time, any-time or sustained."),
    ("tool-word", "blocking", "row", "Word of another tool", "Each risk-of-bias tool has its own domains and judgements.", "“{value}” is not a {column} of {tool}.", "Allowed: {allowed}."),
    ("unused-citation", "note", "table", "Unused citation", "No row of any file cites the reference.", "“{value}” is never cited.", "Cite it, or remove it."),
    # References.
    ("json", "blocking", "file", "Not JSON", "The file cannot be read as JSON.", "The file is not JSON: {reason}.", "Fix the file near this line; look for a missing comma or bracket."),
    ("topic", "blocking", "cell", "Malformed topic", "topic.toml says what the folder is about; malformed parts are left out and replaced by neutral words.", "topic.toml: {reason}.", "See docs/topic.md for its fields, and a file made by python -m evidence new for the form."),
    ("topic-claim", "note", "table", "Number without a claim", "A number or a view that topic.toml declares belongs to a claim in claims.csv.", "topic.toml declares numbers of {value}, which is not in claims.csv.", "Add the claim, or remove what is declared for it."),
    ("reference-list", "blocking", "file", "Not a list of references", "references.json is a list of CSL-JSON items.", "The file contains {value}, not a list of references.", "Put the items in square brackets."),
    ("reference-shape", "blocking", "cell", "Malformed reference", "A part of the reference is not in the form that CSL-JSON prescribes.", "{column} of reference {item} should be {expected}.", "Correct its form, or leave it out."),
    ("reference-id", "blocking", "row", "Reference without id", "A reference without an id cannot be cited and is left out.", "Item {item} has no usable id (“{value}”).", "Give it an id of letters and digits, for example Murrough2013AJP."),
    ("same-doi", "note", "cell", "One paper under two ids?", "A paper under two ids is listed twice, and its trial may count twice.", "{item} has the DOI {value}, as {other} (line {other_line}) does.", "Keep one of the two and cite it in every row; correct the DOI if they are two papers."),
    ("duplicate-id", "blocking", "row", "Duplicate reference id", "Two references share one id; the later one is left out.", "The id {value} is already on line {first_line}.", "Give one of them another id, or remove it."),
    ("doi", "blocking", "cell", "Malformed DOI", "A DOI starts with 10., without https://doi.org/. It is left out of the reference.", "“{value}” is not a DOI.", "Write it as 10.1176/appi.ajp.2013.13030392."),
    ("pmid", "blocking", "cell", "Malformed PMID", "A PubMed number is one to eight digits. It is left out of the reference.", "“{value}” is not a PubMed number.", "Write only the digits."),
    ("pmcid", "blocking", "cell", "Malformed PMCID", "A PubMed Central number is PMC and digits. It is left out of the reference.", "“{value}” is not a PubMed Central number.", "Write PMC and the digits, for example PMC8808464."),
    ("link", "blocking", "cell", "Link is not http", "Only links that start with http:// or https:// are shown. It is left out of the reference.", "“{value}” is not a web address.", "Write the full address, starting with https://."),
)
# fmt: on

KINDS: Mapping[str, ProblemKind] = MappingProxyType({row[0]: ProblemKind(*row) for row in _ROWS})


def shown(value: object) -> str:
    r"""Render a value on one printable line of at most 80 characters.

    >>> shown("a\tb"), shown(0.5), shown(24.0), len(shown("x" * 200))
    ('a\\tb', '0.5', '24', 80)
    """
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    cut = text[:SHOWN]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return cut if len(cut) <= SHOWN and len(text) <= SHOWN else f"{cut[: SHOWN - 1]}…"


_WHOLE = ("suggestion", "allowed", "columns", "hint", "how")  # details that are never cut


def problem(code: str, line: int, column: str = "", value: object = "", **details: object) -> Problem:
    """Make a problem of the given kind, filling its message and fix from the value and the details.

    Raises KeyError for an unknown code, or if a detail that the message needs is missing.

    Raises KeyError for a code that is not in the table, or a detail its words need.

    >>> problem("blank-required", 3, "outcome").message
    'outcome is blank.'
    """
    kind = KINDS[code]
    words = {name: shown(detail) for name, detail in details.items() if name not in _WHOLE}
    words |= {name: str(details[name]) for name in _WHOLE if name in details}
    words |= {"column": shown(column), "value": shown(value)}
    message, fix = kind.message.format_map(words), kind.fix.format_map(words)
    related = details.get("first_line")
    return Problem(
        line,
        words["column"],
        code,
        kind.severity,
        words["value"],
        message,
        fix,
        related if isinstance(related, int) else 0,
    )


def did_you_mean(word: str) -> str:
    """Start a fix with a suggested word; return "" if there is none to suggest."""
    return f"Did you mean “{shown(word)}”? " if word else ""
