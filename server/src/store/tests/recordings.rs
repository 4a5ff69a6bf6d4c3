//! The index of recordings.

use crate::store::testing::*;

store_tests! {
    async fn a_recording_is_found_until_it_is_forgotten(bench: &Bench) {
        let store = bench.store().await;
        store.begin_recording("s_1", &id("a"), at(10)).await.unwrap();
        store.begin_recording("s_2", &id("b"), at(20)).await.unwrap();
        assert!(store.begin_recording("s_2", &id("b"), at(21)).await.is_err(), "one of each session");
        let row = store.recording("s_1").await.unwrap().unwrap();
        assert_eq!((row.build, row.began_at, row.ended_at, row.bytes), (id("a"), at(10), None, 0));
        store.end_recording("s_1", at(15), 1 << 40, &[]).await.unwrap();
        let row = store.recording("s_1").await.unwrap().unwrap();
        assert_eq!((row.ended_at, row.bytes), (Some(at(15)), 1 << 40));
        store.forget_recording("s_1").await.unwrap();
        assert_eq!(store.recording("s_1").await.unwrap(), None);
        assert!(store.recording("s_2").await.unwrap().is_some());
    }

    async fn old_recordings_are_listed_oldest_first(bench: &Bench) {
        let store = bench.store().await;
        for (session, second) in [("s_2", 20), ("s_1", 10), ("s_3", 30)] {
            store.begin_recording(session, &id("a"), at(second)).await.unwrap();
        }
        let old = store.recordings_before(at(30)).await.unwrap();
        assert_eq!(old.iter().map(|r| r.session.as_str()).collect::<Vec<_>>(), ["s_1", "s_2"]);
        assert_eq!(store.recordings_before(at(10)).await.unwrap(), []);
    }
}
