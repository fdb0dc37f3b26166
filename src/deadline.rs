//! The clocks of one call: which limit runs now, when it runs out, and what each phase took.
//!
//! A call is in one [`Stage`] at a time. Transports report what they see ([`Clocks::dials`], [`Clocks::uploads`],
//! …); drivers ask [`Clocks::next`] for the nearest deadline and its reason. Everything takes instants and knows no
//! clock. Where a host shows nothing between the start of its fetch and the response head, the stage is
//! [`Stage::Exchange`], and its limit is the sum of those that it merges.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Phase, Replay, Spent, TimeoutKind};
pub(crate) use crate::limits::{Expired, Limits};
use crate::rt::Instant;
use crate::strain::{Account, Content, Strain};

/// Where a call is.
#[allow(dead_code, reason = "each target sees some of the stages")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Waits for a place in the pool.
    Queued,
    /// Opens a connection.
    Dialling,
    /// Sends the request.
    Uploading,
    /// One of dialling, uploading or waiting for the head: the host does not say which.
    Exchange,
    /// The request is out; the response head is awaited.
    Head,
    /// A read of the body is pending.
    Body,
    /// Nobody reads: the consumer is busy or the buffer is full.
    Paused,
    /// Waits for the time of the next attempt.
    Resting,
}

/// The phases that [`Stage::Exchange`] merges.
pub(crate) const MERGED: &[Phase] = &[Phase::Connect, Phase::Write, Phase::Read];

/// The clocks of one call.
#[derive(Debug)]
pub(crate) struct Clocks {
    limits: Limits,
    streaming: bool,
    stage: Stage,
    /// When the stage began.
    entered: Instant,
    /// When the stage last made progress: its limit counts from here.
    progress: Instant,
    started: Instant,
    /// When the upload ended, or where that cannot be known, when the exchange began.
    uploaded: Option<Instant>,
    content: Option<Instant>,
    attempts: u32,
    head: Option<Instant>,
    spent: Spent,
    strain: Strain,
    sent: u64,
    received: u64,
}

/// Clocks that a driver and its transport look at together.
#[derive(Clone, Debug)]
pub(crate) struct SharedClocks(Arc<Mutex<Clocks>>);

impl SharedClocks {
    pub(crate) fn new(clocks: Clocks) -> Self {
        Self(Arc::new(Mutex::new(clocks)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Clocks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(dead_code, reason = "each target reports what it sees")]
impl Clocks {
    /// The clocks of a call that starts now and waits for its place. `streaming` calls have a first token.
    pub(crate) fn start(now: Instant, limits: Limits, streaming: bool) -> Self {
        Self {
            limits,
            streaming,
            stage: Stage::Queued,
            entered: now,
            progress: now,
            started: now,
            uploaded: None,
            content: None,
            attempts: 1,
            head: None,
            spent: Spent::default(),
            strain: Strain::default(),
            sent: 0,
            received: 0,
        }
    }

    /// An attempt has failed: until the next one nothing is under way.
    pub(crate) fn rests(&mut self, now: Instant) {
        self.enter(now, Stage::Resting);
    }

    /// The clocks of the next attempt. Its phases start anew; the limit on the whole call goes on.
    pub(crate) fn next_attempt(&mut self, now: Instant) -> Self {
        self.book(now);
        Self {
            started: self.started,
            attempts: self.attempts + 1,
            spent: self.spent,
            strain: self.strain,
            ..Self::start(now, self.limits, self.streaming)
        }
    }

    /// What is left of the limit on the whole call, where there is one.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        Some(self.limits.total?.saturating_sub(now.since(self.started)))
    }

    /// The limits in force.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    fn enter(&mut self, now: Instant, stage: Stage) {
        self.note_wait(now);
        self.book(now);
        self.stage = stage;
        self.entered = now;
        self.progress = now;
    }

    /// Notes how near its limit the wait came that is over now.
    fn note_wait(&mut self, now: Instant) {
        if let Some((kind, limit)) = self.phase_limit() {
            self.strain.note(kind, now.since(self.progress), limit);
        }
    }

    fn book(&mut self, now: Instant) {
        let time = now.since(self.entered);
        match self.stage {
            Stage::Queued => self.spent.pool += time,
            Stage::Dialling => self.spent.connect += time,
            Stage::Uploading => self.spent.write += time,
            Stage::Exchange | Stage::Head | Stage::Body => self.spent.read += time,
            Stage::Resting => self.spent.retry += time,
            Stage::Paused => {}
        }
        self.entered = now;
    }

    /// A connection is being opened.
    pub(crate) fn dials(&mut self, now: Instant) {
        self.enter(now, Stage::Dialling);
    }

    /// The request is being sent, on a connection that is open.
    pub(crate) fn uploads(&mut self, now: Instant) {
        self.enter(now, Stage::Uploading);
    }

    /// So many more bytes of the request's body were handed over.
    pub(crate) fn sends(&mut self, now: Instant, bytes: u64) {
        self.note_wait(now);
        self.sent += bytes;
        self.progress = now;
    }

    /// The request is out.
    pub(crate) fn uploaded(&mut self, now: Instant) {
        self.enter(now, Stage::Head);
        self.uploaded = Some(now);
    }

    /// The host took the request over and shows no phases until the head.
    pub(crate) fn exchanges(&mut self, now: Instant, body: u64) {
        self.enter(now, Stage::Exchange);
        self.uploaded = Some(now);
        self.sent = body;
    }

    /// Whether nothing was told of the request so far.
    pub(crate) fn is_queued(&self) -> bool {
        self.stage == Stage::Queued
    }

    /// The response head arrived.
    pub(crate) fn head_arrives(&mut self, now: Instant) {
        if self.uploaded.is_none() {
            self.uploaded = Some(now);
        }
        self.head = Some(now);
        self.enter(now, Stage::Paused);
    }

    /// A read of the body is pending from now on.
    pub(crate) fn reads(&mut self, now: Instant) {
        if self.stage == Stage::Paused {
            let pause = self.skip_pause(now);
            if self.strain.is_full {
                self.strain.holds(pause);
            }
            self.enter(now, Stage::Body);
        }
    }

    /// The consumer waits since then, or as good as since now: what lies before is the consumer's own time, though a
    /// read ahead of it was pending.
    pub(crate) fn awaited(&mut self, since: Instant) {
        if self.stage == Stage::Body {
            self.progress = self.progress.max(since);
            self.content = self.content.map(|at| at.max(since));
        }
    }

    /// What the consumer took for itself is billed neither as waiting for content nor as idle time.
    fn skip_pause(&mut self, now: Instant) -> Duration {
        let pause = now.since(self.entered);
        self.content = self.content.map(|at| at + pause);
        self.uploaded = self.uploaded.map(|at| at + pause);
        self.entered = now;
        pause
    }

    /// Bytes of the body arrived.
    pub(crate) fn receives(&mut self, now: Instant, bytes: usize) {
        self.resumes(now);
        self.note_wait(now);
        self.received += bytes as u64;
        self.progress = now;
    }

    /// The body has ended.
    pub(crate) fn ends(&mut self, now: Instant) {
        self.resumes(now);
        self.enter(now, Stage::Paused);
    }

    /// Something is there that the consumer did not have to wait for: it was held up by the consumer's pause.
    fn resumes(&mut self, now: Instant) {
        if self.stage == Stage::Paused {
            let pause = self.skip_pause(now);
            self.strain.holds(pause);
        }
    }

    /// Content was among what arrived. Gives the time since the content before it.
    pub(crate) fn content_arrives(&mut self, now: Instant) -> Content {
        let content = match self.content {
            Some(before) => Content::Next(now.since(before)),
            None => Content::First(now.since(self.started)),
        };
        if let Some((from, kind, limit)) = self.content_limit().filter(|_| self.streaming) {
            self.strain.note(kind, now.since(from), limit);
        }
        self.content = Some(now);
        content
    }

    /// Bytes of the body so far.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// The buffer is full: no read is pending until the consumer has taken some.
    pub(crate) fn fills(&mut self, now: Instant) {
        self.pauses(now);
        self.strain.full += 1;
        self.strain.is_full = true;
    }

    /// No read is pending any more.
    pub(crate) fn pauses(&mut self, now: Instant) {
        if self.stage != Stage::Paused {
            self.enter(now, Stage::Paused);
        }
    }

    /// The nearest deadline and its reason; of two at the same instant, the phase's own.
    pub(crate) fn next(&self) -> Option<(Instant, Expired)> {
        let mut next: Option<(Instant, Expired)> = None;
        let mut add = |from: Instant, kind, limit| {
            let at = from + limit;
            if next.as_ref().is_none_or(|(nearest, _)| at < *nearest) {
                next = Some((at, Expired { kind, limit }));
            }
        };
        if let Some((kind, limit)) = self.phase_limit() {
            add(self.progress, kind, limit);
        }
        if let Some((from, kind, limit)) = self.content_wait() {
            add(from, kind, limit);
        }
        if let Some(limit) = self.limits.total {
            add(self.started, TimeoutKind::Total, limit);
        }
        next
    }

    fn phase_limit(&self) -> Option<(TimeoutKind, Duration)> {
        let limits = &self.limits;
        match self.stage {
            Stage::Queued => limits.pool.map(|limit| (TimeoutKind::Pool, limit)),
            Stage::Dialling => limits.connect.map(|limit| (TimeoutKind::Connect, limit)),
            Stage::Uploading => limits.write.map(|limit| (TimeoutKind::Write, limit)),
            Stage::Exchange => {
                let sum = limits
                    .connect?
                    .saturating_add(limits.write?)
                    .saturating_add(limits.read?);
                Some((TimeoutKind::Read, sum))
            }
            Stage::Head | Stage::Body => limits.read.map(|limit| (TimeoutKind::Read, limit)),
            Stage::Paused | Stage::Resting => None,
        }
    }

    /// The limit on content, while somebody waits for some.
    fn content_wait(&self) -> Option<(Instant, TimeoutKind, Duration)> {
        let waits = matches!(self.stage, Stage::Exchange | Stage::Head | Stage::Body);
        self.content_limit().filter(|_| self.streaming && waits)
    }

    fn content_limit(&self) -> Option<(Instant, TimeoutKind, Duration)> {
        match self.content {
            Some(at) => self.limits.idle.map(|limit| (at, TimeoutKind::Idle, limit)),
            None => self
                .uploaded
                .zip(self.limits.first_token)
                .map(|(at, limit)| (at, TimeoutKind::FirstToken, limit)),
        }
    }

    /// The limit that has run out by now, if one has.
    pub(crate) fn expired(&self, now: Instant) -> Option<Expired> {
        self.next().filter(|(at, _)| *at <= now).map(|(_, expired)| expired)
    }

    /// The phase that an error of this moment belongs to, and those it cannot be told apart from.
    pub(crate) fn phase(&self) -> (Phase, &'static [Phase]) {
        match self.stage {
            Stage::Queued => (Phase::Pool, &[]),
            Stage::Dialling => (Phase::Connect, &[]),
            Stage::Uploading => (Phase::Write, &[]),
            Stage::Exchange => (Phase::Read, MERGED),
            Stage::Head | Stage::Body | Stage::Paused => (Phase::Read, &[]),
            Stage::Resting => (Phase::Retry, &[]),
        }
    }

    /// What the server may have seen by now.
    pub(crate) fn replay(&self) -> Replay {
        match self.stage {
            Stage::Queued | Stage::Dialling | Stage::Resting => Replay::NeverSent,
            Stage::Uploading | Stage::Exchange | Stage::Head => Replay::MaybeProcessed,
            Stage::Body | Stage::Paused => Replay::Processed,
        }
    }

    /// What the clocks know about a call that ends now.
    pub(crate) fn closing(&mut self, now: Instant) -> Account {
        self.note_wait(now);
        if let Some((from, kind, limit)) = self.content_wait() {
            self.strain.note(kind, now.since(from), limit);
        }
        self.book(now);
        let elapsed = now.since(self.started);
        if let Some(limit) = self.limits.total {
            self.strain.note(TimeoutKind::Total, elapsed, limit);
        }
        let head = self.head.filter(|_| self.streaming);
        Account {
            elapsed,
            streaming: head.map_or(Duration::ZERO, |head| now.since(head)),
            spent: self.spent,
            strain: self.strain,
        }
    }

    /// Fills in what the clocks know about an error of this moment.
    pub(crate) fn account(&mut self, now: Instant, error: Error) -> Error {
        self.book(now);
        let (phase, merged) = self.phase();
        error.in_phase(Some(phase), merged).with_account(
            self.attempts,
            now.since(self.started),
            self.spent,
            self.sent,
            self.received,
        )
    }

    /// The error for a limit that ran out, in words that name the setting.
    pub(crate) fn timeout(&mut self, now: Instant, expired: Expired) -> Error {
        let (_, merged) = self.phase();
        let merged = expired.kind == TimeoutKind::Read && !merged.is_empty();
        let error = Error::new(
            ErrorKind::Timeout(expired.kind),
            expired.message(merged, self.received == 0),
        );
        self.account(now, error.with_limit(expired.limit).with_replay(self.replay()))
    }
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
mod tests;
