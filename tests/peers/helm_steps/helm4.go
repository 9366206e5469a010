package main

import (
	"fmt"
	"io"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/kube"
	kubefake "helm.sh/helm/v4/pkg/kube/fake"
	"helm.sh/helm/v4/pkg/storage"
	"helm.sh/helm/v4/pkg/storage/driver"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const helmMajor = "4"

type client struct {
	kubefake.PrintingKubeClient
	cluster *cluster
}

type waiter struct {
	kubefake.PrintingKubeWaiter
	cluster *cluster
}

func (w *waiter) WatchUntilReady(list kube.ResourceList, _ time.Duration) error {
	return w.cluster.wait(list)
}

func (c *client) Build(reader io.Reader, _ bool) (kube.ResourceList, error) { return build(reader) }

func (c *client) GetWaiter(kube.WaitStrategy) (kube.Waiter, error) {
	return &waiter{kubefake.PrintingKubeWaiter{Out: io.Discard, LogOutput: io.Discard}, c.cluster}, nil
}

func (c *client) GetWaiterWithOptions(strategy kube.WaitStrategy, _ ...kube.WaitOption) (kube.Waiter, error) {
	return c.GetWaiter(strategy)
}

func (c *client) Create(list kube.ResourceList, _ ...kube.ClientCreateOption) (*kube.Result, error) {
	return &kube.Result{Created: list}, c.cluster.create(list)
}

func (c *client) Update(_, list kube.ResourceList, _ ...kube.ClientUpdateOption) (*kube.Result, error) {
	c.cluster.apply(list)
	return &kube.Result{Updated: list}, nil
}

func (c *client) Delete(list kube.ResourceList, _ metav1.DeletionPropagation) (*kube.Result, []error) {
	c.cluster.remove(list)
	return &kube.Result{Deleted: list}, nil
}

type actions struct {
	configuration *action.Configuration
	chart         *chart.Chart
}

func newActions(double *cluster, files []string) helmActions {
	it := &chart.Chart{Metadata: &chart.Metadata{APIVersion: "v2", Name: "shop", Version: "1.0.0"}}
	for i, file := range files {
		it.Templates = append(it.Templates, &common.File{Name: fmt.Sprintf("templates/%02d.yaml", i), Data: []byte(file)})
	}
	return actionsOf(double, driver.NewMemory(), it)
}

func newRelease(double *cluster, kept *secrets, folder string) (helmActions, error) {
	it, err := loader.LoadDir(folder)
	return actionsOf(double, driver.NewSecrets(kept), it), err
}

func actionsOf(double *cluster, releases driver.Driver, it *chart.Chart) *actions {
	quiet := kubefake.PrintingKubeClient{Out: io.Discard, LogOutput: io.Discard}
	newest := *common.DefaultCapabilities
	newest.KubeVersion = common.KubeVersion{Version: "v1.36.0", Major: "1", Minor: "36"}
	return &actions{chart: it, configuration: &action.Configuration{
		Releases:     storage.Init(releases),
		KubeClient:   &client{quiet, double},
		Capabilities: &newest}}
}

func (a *actions) install() error {
	command := action.NewInstall(a.configuration)
	command.ReleaseName, command.Namespace = "shop", "shop"
	command.WaitStrategy = kube.HookOnlyStrategy
	_, err := command.Run(a.chart, map[string]any{})
	return err
}

func (a *actions) upgrade() error {
	command := action.NewUpgrade(a.configuration)
	command.Namespace = "shop"
	command.WaitStrategy = kube.HookOnlyStrategy
	_, err := command.Run("shop", a.chart, map[string]any{})
	return err
}

func (a *actions) rollback() error {
	command := action.NewRollback(a.configuration)
	command.Version = 1
	command.WaitStrategy = kube.HookOnlyStrategy
	return command.Run("shop")
}

func (a *actions) uninstall() error {
	command := action.NewUninstall(a.configuration)
	command.WaitStrategy = kube.HookOnlyStrategy
	_, err := command.Run("shop")
	return err
}

func (a *actions) test() error {
	command := action.NewReleaseTesting(a.configuration)
	command.Namespace = "shop"
	_, _, err := command.Run("shop")
	return err
}
