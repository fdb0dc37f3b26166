//! Pictures of figures, as SVG that follows the reader's light or dark colours.

use super::figures::Figures;

const WIDTH: usize = 720;
const LABELS: usize = 220;
const ROW: usize = 26;
const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#57606a}rect,circle{fill:#8c959f}.ours{fill:#0969da}\
     line,polyline{stroke:#8c959f;stroke-width:2;fill:none}polyline.ours{stroke:#0969da;fill:none}</style>";

/// A bar for each figure, ours (the one whose label is `ours`) in colour.
pub fn bars(title: &str, unit: &str, ours: &str, rows: &[(&str, Figures)]) -> String {
    let most = rows
        .iter()
        .map(|(_, figures)| figures.median())
        .fold(f64::MIN, f64::max);
    let room = (WIDTH - LABELS - 110) as f64;
    let mut body = String::new();
    for (row, (label, figures)) in rows.iter().enumerate() {
        let value = figures.median();
        let (top, length) = (34 + row * ROW, (value / most * room).max(1.0));
        let class = if *label == ours { " class=\"ours\"" } else { "" };
        let middle = top + 14;
        body.push_str(&format!(
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABELS}\" y=\"{top}\" width=\"{length:.0}\" height=\"18\"{class}/>\
             <text x=\"{:.0}\" y=\"{middle}\">{} {unit}</text>\n",
            LABELS - 8,
            escaped(label),
            LABELS as f64 + length + 6.0,
            short(value)
        ));
    }
    picture(title, 44 + rows.len() * ROW, &body)
}

/// A line for each contestant over steps that are equally far apart, ours in colour.
pub fn curves(title: &str, unit: &str, ours: &str, steps: &[&str], lines: &[(&str, Vec<f64>)]) -> String {
    let (left, right, top, bottom) = (70.0, WIDTH as f64 - 190.0, 44.0, 214.0);
    let all = lines.iter().flat_map(|(_, values)| values.iter().copied());
    let most = all.fold(f64::MIN, f64::max);
    let place = |step: usize| left + (right - left) * step as f64 / steps.len().saturating_sub(1).max(1) as f64;
    let height = |value: f64| bottom - (bottom - top) * value / most;
    let mut body = format!(
        "<line x1=\"{left}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{bottom}\"/>\n\
         <text x=\"{}\" y=\"{top}\" text-anchor=\"end\">{}</text><text x=\"{}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n",
        left - 8.0,
        short(most),
        left - 8.0
    );
    for (step, name) in steps.iter().enumerate() {
        let across = place(step);
        body.push_str(&format!(
            "<text x=\"{across:.0}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
            bottom + 20.0,
            escaped(name)
        ));
    }
    for (label, values) in lines {
        let class = if *label == ours { " class=\"ours\"" } else { "" };
        let points: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(step, value)| format!("{:.0},{:.0}", place(step), height(*value)))
            .collect();
        let end = values.last().copied().unwrap_or_default();
        body.push_str(&format!(
            "<polyline points=\"{}\"{class}/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>\n",
            points.join(" "),
            right + 8.0,
            height(end) + 4.0,
            escaped(label)
        ));
    }
    picture(&format!("{title}, {unit}"), 250, &body)
}

fn picture(title: &str, height: usize, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n{STYLE}\n\
         <title>{0}</title><text x=\"8\" y=\"20\">{0}</text>\n{body}</svg>\n",
        escaped(title)
    )
}

/// Three digits are enough to look at.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{:.2} million", value / 1e6),
        value if value >= 1e4 => format!("{:.0} thousand", value / 1e3),
        value if value >= 100.0 => format!("{value:.0}"),
        value => format!("{value:.2}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_room_and_ours_has_the_colour() {
        let rows = [("a<b", Figures(vec![1.0])), ("ours", Figures(vec![4e6]))];
        let svg = bars("t", "/s", "ours", &rows);
        assert!(
            svg.contains("a&lt;b") && svg.contains("width=\"390\" height=\"18\" class=\"ours\""),
            "{svg}"
        );
        assert!(svg.contains("4.00 million /s"), "{svg}");
    }

    #[test]
    fn a_curve_ends_where_its_value_says() {
        let svg = curves("t", "µs", "ours", &["1", "64"], &[("ours", vec![1.0, 2.0])]);
        assert!(svg.contains("points=\"70,129 530,44\" class=\"ours\""), "{svg}");
    }
}
