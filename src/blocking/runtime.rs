//! A runtime in a thread of its own, in which calls run while their callers wait in theirs.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, EnterGuard, Handle};
use tokio::sync::oneshot;
use tokio::task::unconstrained;

use crate::error::{Error, ErrorKind, Result};

/// The thread; it ends when this is dropped, and with it whatever still ran there.
///
/// Tokio's own `block_on` would refuse to work inside of another runtime. A future that is polled in there by its caller
/// would be no better off: where it yields, it would wait for that runtime, which waits for it.
#[derive(Debug)]
pub(super) struct Runtime {
    handle: Handle,
    /// `None` once it was told to stop.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("llm-api-router".to_owned())
            .spawn(move || {
                // An error is the sender's end, which says the same.
                let _ = runtime.block_on(stopped);
                // A look-up of a name may hang in a thread of its own: nobody waits for it.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// For what starts tasks while it is closed or dropped: they are to run over there.
    pub(super) fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// Waits for a future that runs over there.
    pub(super) fn run<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Result<T> {
        let (sender, outcome) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // The caller waits for it, come what may.
            let _ = sender.send(future.await);
        });
        let lost = |_| Error::new(ErrorKind::Aborted, "the client's thread has given the call up");
        outcome.recv().map_err(lost)
    }

    /// What a future comes to without any waiting.
    pub(super) fn try_now<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let _context = self.enter();
        // A task around this has a budget, which may be used up.
        let future = pin!(unconstrained(future));
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic over there was printed there.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::Runtime;

    /// Says when the thread that it lies in has ended.
    struct Epitaph(mpsc::Sender<()>);

    impl Drop for Epitaph {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    std::thread_local! {
        static EPITAPH: std::cell::RefCell<Option<Epitaph>> = const { std::cell::RefCell::new(None) };
    }

    #[test]
    fn the_thread_has_ended_when_the_drop_is_done() {
        let runtime = Runtime::start().unwrap();
        let (sender, ended) = mpsc::channel();
        let task = runtime.handle.spawn(async {
            EPITAPH.with(|epitaph| *epitaph.borrow_mut() = Some(Epitaph(sender)));
            std::thread::current().name().map(str::to_owned)
        });
        let name = runtime.run(task).unwrap().unwrap();
        assert_eq!(name.as_deref(), Some("llm-api-router"));
        assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Empty));
        drop(runtime);
        assert_eq!(ended.try_recv(), Ok(()));
    }

    #[test]
    fn a_look_up_that_hangs_does_not_hold_the_drop_up() {
        let runtime = Runtime::start().unwrap();
        let (give_up, hangs) = mpsc::channel::<()>();
        let (sender, hanging) = mpsc::channel();
        runtime.handle.spawn_blocking(move || {
            sender.send(()).unwrap();
            let _ = hangs.recv();
        });
        hanging.recv().unwrap();
        drop(runtime);
        give_up.send(()).unwrap();
    }

    #[test]
    fn a_future_that_yields_comes_to_its_end_inside_of_another_runtime() {
        let runtime = Runtime::start().unwrap();
        let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = outer.block_on(async {
            runtime.run(async {
                tokio::task::yield_now().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                7
            })
        });
        assert_eq!(outcome.unwrap(), 7);
    }

    #[test]
    fn what_is_ready_is_had_at_once_whatever_the_budget_of_a_task_around_it() {
        let runtime = Runtime::start().unwrap();
        let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let sum: Option<u32> = outer.block_on(async {
            let task = tokio::spawn(async move {
                let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
                (0..1000).for_each(|number| sender.send(number).unwrap());
                (0..1000).map(|_| runtime.try_now(receiver.recv()).flatten()).sum()
            });
            task.await.unwrap()
        });
        assert_eq!(sum, Some(499_500));
    }
}
