//! A page that needs nothing but itself: its sections, its figures, its style.

use crate::figure::svg::{STYLE, Svg};
use crate::figure::text::Escaped;
use std::fmt::{Display, Write};

const PAGE_STYLE: &str = include_str!("page.css");

/// A page in the making, and the figures that go beside it as files.
pub struct Page {
    title: String,
    body: String,
    /// Path below the folder and text of each figure.
    pub figures: Vec<(String, String)>,
}

impl Page {
    /// An empty page.
    pub fn new(title: &str) -> Self {
        Self { title: title.into(), body: String::new(), figures: Vec::new() }
    }

    /// Markup as it is.
    pub fn markup(&mut self, markup: impl Display) {
        let _ = writeln!(self.body, "{markup}");
    }

    /// The heading of a section.
    pub fn section(&mut self, title: &str) {
        self.markup(format_args!("<h2>{}</h2>", Escaped(title)));
    }

    /// A paragraph of plain text.
    pub fn paragraph(&mut self, class: &str, text: &str) {
        self.markup(format_args!("<p class=\"{class}\">{}</p>", Escaped(text)));
    }

    /// A list of names and what is said of each.
    pub fn list(&mut self, items: &[(String, String)]) {
        let item =
            |(name, text): &(String, String)| format!("<li><strong>{}:</strong> {}</li>", Escaped(name), Escaped(text));
        self.markup(format_args!("<ul>{}</ul>", items.iter().map(item).collect::<String>()));
    }

    /// A figure with its caption, also written as `figures/NAME.svg`.
    pub fn figure(&mut self, name: &str, svg: &Svg, caption: &str) {
        self.figure_of(name, &format!("<div class=\"wide\">\n{}</div>", svg.inline()), svg, caption);
    }

    /// A figure that is as wide as the page where there is room, and a narrow one in its place where there is none; the wide one
    /// is the file.
    pub fn figure_in_two(&mut self, name: &str, [narrow, wide]: [&Svg; 2], caption: &str) {
        let shown = format!(
            "<div class=\"narrow-page\">\n{}</div><div class=\"broad-page\">\n{}</div>",
            narrow.inline(),
            wide.inline()
        );
        self.figure_of(name, &shown, wide, caption);
    }

    fn figure_of(&mut self, name: &str, shown: &str, file: &Svg, caption: &str) {
        let caption = Escaped(caption);
        let path = self.file(name, file);
        self.markup(format_args!(
            "<figure>{shown}<figcaption>{caption} <a href=\"{path}\">As a file</a></figcaption></figure>"
        ));
    }

    /// A figure as the file `figures/NAME.svg`, whose path is returned.
    pub fn file(&mut self, name: &str, svg: &Svg) -> String {
        let path = format!("figures/{name}.svg");
        self.figures.push((path.clone(), svg.file()));
        path
    }

    /// A table; columns from `numbers` on are aligned to the right, and broken before brackets only.
    pub fn table(&mut self, header: &[&str], numbers: usize, rows: impl Iterator<Item = Vec<String>>) {
        let class = |column: usize| if column >= numbers { " class=\"n\"" } else { "" };
        self.markup("<div class=\"wide\"><table><thead><tr>");
        for (column, name) in header.iter().enumerate() {
            self.markup(format_args!("<th{}>{}</th>", class(column), Escaped(name)));
        }
        self.markup("</tr></thead><tbody>");
        for row in rows {
            let cells = row.iter().enumerate();
            let unbroken = |column: usize, cell: &str| match column >= numbers {
                true => cell.replace(' ', "\u{a0}").replace("\u{a0}(", " ("),
                false => cell.to_string(),
            };
            let cells =
                cells.map(|(column, cell)| format!("<td{}>{}</td>", class(column), Escaped(&unbroken(column, cell))));
            let cells: String = cells.collect();
            self.markup(format_args!("<tr>{cells}</tr>"));
        }
        self.markup("</tbody></table></div>");
    }

    /// Something folded away.
    pub fn folded(&mut self, summary: &str, inside: impl FnOnce(&mut Self)) {
        self.markup(format_args!("<details><summary>{}</summary>", Escaped(summary)));
        inside(self);
        self.markup("</details>");
    }

    /// Text as it was written.
    pub fn verbatim(&mut self, text: &str) {
        self.markup(format_args!("<pre>{}</pre>", Escaped(text.trim_end())));
    }

    /// Names with what they stand for.
    pub fn facts(&mut self, facts: &[(&str, String)]) {
        let facts = facts.iter().map(|(name, fact)| format!("<dt>{}</dt><dd>{}</dd>", Escaped(name), Escaped(fact)));
        let facts: String = facts.collect();
        self.markup(format_args!("<dl>{facts}</dl>"));
    }

    /// The whole page.
    pub fn html(&self) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
             <style>\n{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
            Escaped(&self.title),
            self.body
        )
    }
}
