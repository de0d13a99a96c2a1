/* crew.h: threads that work off a queue while the one who fills it goes on with something else.
 *
 * For a pipeline: the next piece is analysed while the last ones are rendered. The queue is
 * bounded, so that the one in front cannot run away with the memory. */
#ifndef BASE_CREW_H
#define BASE_CREW_H

typedef struct Crew Crew;

/* threads: how many work beside the caller; 0: crew_put works itself. waiting: so many items may
 * wait at most (at least 1). work(ud, item) is called once for every item, from any thread, several
 * at once. Never NULL; with fewer threads when the system has no more to give. */
Crew *crew_open(int threads, int waiting, void (*work)(void *ud, void *item), void *ud);
/* Hands over an item, in order; waits while the queue is full. */
void crew_put(Crew *crew, void *item);
/* Waits until every item is done, and ends the threads. NULL is fine. */
void crew_close(Crew *crew);

#endif
