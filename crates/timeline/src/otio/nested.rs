//! Sequences inside sequences, laid flat.

use film::FrameRange;

use super::json::{Node, OtioError};
use super::read::Reader;
use super::time::Span;
use crate::check::transition_fault;
use crate::row::Row;
use crate::{Item, Kind};

impl Reader {
    /// A nested track or stack as items of a track of one kind; what it holds of the other kind is stated as lost.
    pub(super) fn nested(&mut self, node: &Node<'_>, kind: Kind) -> Result<Vec<Item>, OtioError> {
        if !node.enabled()? {
            self.lose(node, "a nested sequence that is switched off", "a gap");
            let items = self.composition(node, kind)?;
            let frames = Row::of(items, self.rate).len();
            return Ok(if frames > 0 { vec![Item::Gap(frames)] } else { Vec::new() });
        }
        self.lose(node, "a nested sequence", "its clips, laid flat");
        self.composition(node, kind)
    }

    fn composition(&mut self, node: &Node<'_>, kind: Kind) -> Result<Vec<Item>, OtioError> {
        if node.schema() == "Stack" { self.flat_stack(node, kind) } else { self.flat_track(node, kind) }
    }

    /// The items of a track, trimmed as it says.
    pub(super) fn flat_track(&mut self, node: &Node<'_>, kind: Kind) -> Result<Vec<Item>, OtioError> {
        let mut items = Vec::new();
        for child in node.field("children").list()? {
            items.extend(self.child(&child, kind)?);
        }
        self.warn_of_effects(node)?;
        self.settle_ends(node, &mut items);
        match Span::read(&node.field("source_range"))? {
            Some(span) => self.trim(node, items, span),
            None => Ok(items),
        }
    }

    /// What shows of a stack: at each frame its uppermost row that has a clip there.
    fn flat_stack(&mut self, node: &Node<'_>, kind: Kind) -> Result<Vec<Item>, OtioError> {
        let mut rows = Vec::new();
        let mut len = 0;
        for child in node.field("children").list()? {
            let track = matches!(child.schema(), "Track" | "Sequence");
            let child_kind = match child.field("kind").text()? {
                "Audio" if track => Kind::Sound,
                "Video" | "" if track => Kind::Picture,
                _ if track => {
                    self.lose(&child, "a nested track that is neither picture nor sound", "left out");
                    continue;
                }
                _ => kind,
            };
            let items = if track && child.enabled()? {
                self.flat_track(&child, child_kind)?
            } else if track {
                self.nested(&child, child_kind)?
            } else {
                self.child(&child, kind)?
            };
            let row = Row::of(items, self.rate);
            len = len.max(row.len());
            if child_kind == kind {
                rows.push(row);
            } else {
                let what = if child_kind == Kind::Sound { "the sound" } else { "the pictures" };
                self.lose(&child, format!("{what} of a nested sequence"), "left out");
            }
        }
        self.warn_of_effects(node)?;
        if kind == Kind::Sound && rows.len() > 1 {
            self.lose(node, "the mix of several nested sound tracks", "at each moment the uppermost alone");
        }
        let mut items = self.overlay(node, rows, len)?;
        items.retain(|item| !matches!(item, Item::Gap(0)));
        match Span::read(&node.field("source_range"))? {
            Some(span) => self.trim(node, items, span),
            None => Ok(items),
        }
    }

    fn overlay(&mut self, node: &Node<'_>, mut rows: Vec<Row>, len: i64) -> Result<Vec<Item>, OtioError> {
        if rows.len() == 1 {
            let mut row = rows.remove(0);
            self.cut(node, &mut row, len)?;
            return Ok(row.items());
        }
        if rows.iter().any(|row| row.joins.iter().any(Option::is_some)) {
            self.lose(node, "transitions in a nested sequence of several tracks", "cuts");
        }
        let mut joins: Vec<i64> = rows.iter().flat_map(Row::starts).chain([len]).collect();
        joins.sort();
        joins.dedup();
        for row in &mut rows {
            row.joins.iter_mut().for_each(|join| *join = None);
            for &at in &joins {
                self.cut(node, row, at)?;
            }
        }
        // Every row now has the same joins: one piece each, or a gap of the same length.
        let mut out = Row::of(Vec::new(), self.rate);
        for i in 0..joins.len().saturating_sub(1) {
            let clip =
                rows.iter().rev().map(|row| &row.pieces[i]).find(|piece| matches!(piece, crate::row::Piece::Clip(_)));
            out.push(clip.cloned().unwrap_or(crate::row::Piece::Gap(joins[i + 1] - joins[i])));
        }
        out.tidy();
        Ok(out.items())
    }

    fn cut(&mut self, node: &Node<'_>, row: &mut Row, at: i64) -> Result<usize, OtioError> {
        row.cut(at).map_err(|_| node.shape("a nesting that cuts its clips between whole frames"))
    }

    /// The part of a track's items that a range asks for; gaps where it reaches past them.
    pub(super) fn trim(&mut self, node: &Node<'_>, items: Vec<Item>, span: Span) -> Result<Vec<Item>, OtioError> {
        let mut range = self.frames(node, span, self.rate);
        let mut row = Row::of(items, self.rate);
        if range.start() < 0 {
            let front = crate::row::Piece::Gap(-range.start());
            row.pieces.insert(0, front);
            row.joins.insert(0, None);
            range = range.shift(-range.start());
        }
        let whole = range == FrameRange::new(0, row.len());
        let to = self.cut(node, &mut row, range.end())?;
        row.replace(to, row.pieces.len(), Vec::new());
        let from = self.cut(node, &mut row, range.start())?;
        row.replace(0, from, Vec::new());
        row.tidy();
        let mut items = row.items();
        while !whole && let Some(at) = broken(&items, self.rate) {
            self.lose(node, "a transition that the trimmed sequence cuts off", "a cut");
            items.remove(at);
        }
        Ok(items)
    }

    /// A transition at either end of a track passes from or to nothing: only the half that lies on the track is left.
    fn settle_ends(&mut self, node: &Node<'_>, items: &mut Vec<Item>) {
        let mut cut = false;
        if let Some(Item::Transition(t)) = items.first_mut() {
            cut |= t.before > 0;
            t.before = 0;
        }
        if let Some(Item::Transition(t)) = items.last_mut() {
            cut |= t.after > 0;
            t.after = 0;
        }
        if cut {
            self.lose(node, "the half of a transition that lies outside its track", "left out");
            items.retain(|item| !matches!(item, Item::Transition(t) if t.before + t.after == 0));
        }
    }
}

fn broken(items: &[Item], rate: film::Rate) -> Option<usize> {
    (0..items.len()).find(|&at| match &items[at] {
        Item::Transition(t) => transition_fault(items, at, t, rate).is_some(),
        _ => false,
    })
}
