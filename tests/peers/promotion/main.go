// What Argo CD's own ApplicationSet controller does with a rendered ApplicationSet: it makes the Applications, and for
// each observation of one of them it says which ones it syncs.
//
// promotion APPLICATIONSET VECTORS. The templating and the manager of progressive syncs are Argo CD's; what an Application
// controller would report of each Application comes from the vectors.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"time"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	synccommon "github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	log "github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/progressivesync"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	argo "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

type observation struct {
	Application string
	Revision    string
	Sync        string
	Health      string
	Operation   string // how the sync that was started ended; empty: none was
}

type vector struct {
	Name         string
	Observations []observation
}

// kept is what lasts between reconciliations: the status of the ApplicationSet, and the syncs that wait to begin.
type kept struct {
	statuses []argo.ApplicationSetApplicationStatus
	told     map[string]bool
}

func (k *kept) SetAppSetApplicationStatus(_ context.Context, _ *log.Entry, set *argo.ApplicationSet, statuses []argo.ApplicationSetApplicationStatus) error {
	set.Status.ApplicationStatus = statuses
	k.statuses = statuses
	return nil
}

func (k *kept) SetApplicationSetStatusCondition(context.Context, *argo.ApplicationSet, argo.ApplicationSetCondition, bool) error {
	return nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generated are the Applications of the one list generator that the set has.
func generated(set argo.ApplicationSet) []argo.Application {
	pattern := &argo.Application{Spec: set.Spec.Template.Spec}
	pattern.Name = set.Spec.Template.Name
	pattern.Labels = set.Spec.Template.Labels
	result := []argo.Application{}
	for _, element := range set.Spec.Generators[0].List.Elements {
		var values map[string]any
		check(json.Unmarshal(element.Raw, &values))
		made, err := (&utils.Render{}).RenderTemplateParams(pattern, set.Spec.SyncPolicy, values, set.Spec.GoTemplate, set.Spec.GoTemplateOptions)
		check(err)
		result = append(result, *made)
	}
	return result
}

func copies(applications []argo.Application) []argo.Application {
	result := []argo.Application{}
	for _, each := range applications {
		result = append(result, *each.DeepCopy())
	}
	return result
}

func observe(applications []argo.Application, seen observation) {
	now := metav1.NewTime(time.Now())
	for i := range applications {
		if applications[i].Name != seen.Application {
			continue
		}
		status := &applications[i].Status
		status.Sync = argo.SyncStatus{Status: argo.SyncStatusCode(seen.Sync), Revision: seen.Revision}
		status.Health = argo.AppHealthStatus{Status: health.HealthStatusCode(seen.Health)}
		status.ReconciledAt = &now
		if seen.Operation != "" {
			status.OperationState = &argo.OperationState{Phase: synccommon.OperationPhase(seen.Operation), StartedAt: now}
		}
	}
}

// synced reconciles until nothing changes and returns the Applications that it begins to sync, in order of their names:
// those that are told to until their Application controller has begun are not among them again.
func synced(set argo.ApplicationSet, manager *progressivesync.Manager, memory *kept, live, desired []argo.Application) []string {
	started := map[string]bool{}
	logger := log.NewEntry(log.StandardLogger())
	for range 3 {
		set.Status.ApplicationStatus = memory.statuses
		allowed, err := manager.PerformProgressiveSyncs(context.Background(), logger, set, live, copies(desired))
		check(err)
		set.Status.ApplicationStatus = memory.statuses
		for _, each := range manager.SyncDesiredApplications(logger, &set, allowed, copies(desired)) {
			if each.Operation != nil && !memory.told[each.Name] {
				started[each.Name] = true
				memory.told[each.Name] = true
			}
		}
	}
	names := []string{}
	for name := range started {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func run(set argo.ApplicationSet, desired []argo.Application, each vector) [][]string {
	memory := &kept{told: map[string]bool{}}
	manager := progressivesync.NewManager(nil, nil, memory)
	live := copies(desired)
	for i := range live {
		observe(live, observation{live[i].Name, "old", "Synced", "Healthy", "Succeeded"})
	}
	synced(set, manager, memory, live, desired)
	steps := [][]string{}
	for _, seen := range each.Observations {
		time.Sleep(2 * time.Millisecond) // what is seen is later than what was decided
		observe(live, seen)
		if seen.Operation != "" {
			delete(memory.told, seen.Application)
		}
		steps = append(steps, synced(set, manager, memory, live, desired))
	}
	return steps
}

func main() {
	log.SetOutput(io.Discard)
	var set argo.ApplicationSet
	text, err := os.ReadFile(os.Args[1])
	check(err)
	check(yaml.UnmarshalStrict(text, &set))
	var vectors []vector
	text, err = os.ReadFile(os.Args[2])
	check(err)
	check(json.Unmarshal(text, &vectors))
	desired := generated(set)
	steps := map[string][][]string{}
	for _, each := range vectors {
		steps[each.Name] = run(set, desired, each)
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"applications": desired, "steps": steps}))
}
