package main

import (
	"fmt"
	"io"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/kube"
	kubefake "helm.sh/helm/v3/pkg/kube/fake"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const helmMajor = "3"

type client struct {
	kubefake.PrintingKubeClient
	cluster *cluster
}

func (c *client) Build(reader io.Reader, _ bool) (kube.ResourceList, error) { return build(reader) }

func (c *client) WatchUntilReady(list kube.ResourceList, _ time.Duration) error {
	return c.cluster.wait(list)
}

func (c *client) Create(list kube.ResourceList) (*kube.Result, error) {
	return &kube.Result{Created: list}, c.cluster.create(list)
}

func (c *client) Update(_, list kube.ResourceList, _ bool) (*kube.Result, error) {
	c.cluster.apply(list)
	return &kube.Result{Updated: list}, nil
}

func (c *client) Delete(list kube.ResourceList) (*kube.Result, []error) {
	c.cluster.remove(list)
	return &kube.Result{Deleted: list}, nil
}

func (c *client) DeleteWithPropagationPolicy(list kube.ResourceList, _ metav1.DeletionPropagation) (*kube.Result, []error) {
	return c.Delete(list)
}

type actions struct {
	configuration *action.Configuration
	chart         *chart.Chart
}

func newActions(double *cluster, files []string) helmActions {
	it := &chart.Chart{Metadata: &chart.Metadata{APIVersion: "v2", Name: "shop", Version: "1.0.0"}}
	for i, file := range files {
		it.Templates = append(it.Templates, &chart.File{Name: fmt.Sprintf("templates/%02d.yaml", i), Data: []byte(file)})
	}
	return actionsOf(double, driver.NewMemory(), it)
}

func newRelease(double *cluster, kept *secrets, folder string) (helmActions, error) {
	it, err := loader.LoadDir(folder)
	return actionsOf(double, driver.NewSecrets(kept), it), err
}

func actionsOf(double *cluster, releases driver.Driver, it *chart.Chart) *actions {
	quiet := kubefake.PrintingKubeClient{Out: io.Discard, LogOutput: io.Discard}
	newest := *chartutil.DefaultCapabilities
	newest.KubeVersion = chartutil.KubeVersion{Version: "v1.36.0", Major: "1", Minor: "36"}
	return &actions{chart: it, configuration: &action.Configuration{
		Releases:     storage.Init(releases),
		KubeClient:   &client{quiet, double},
		Capabilities: &newest,
		Log:          func(string, ...interface{}) {}}}
}

func (a *actions) install() error {
	command := action.NewInstall(a.configuration)
	command.ReleaseName, command.Namespace = "shop", "shop"
	_, err := command.Run(a.chart, map[string]interface{}{})
	return err
}

func (a *actions) upgrade() error {
	command := action.NewUpgrade(a.configuration)
	command.Namespace = "shop"
	_, err := command.Run("shop", a.chart, map[string]interface{}{})
	return err
}

func (a *actions) rollback() error {
	command := action.NewRollback(a.configuration)
	command.Version = 1
	return command.Run("shop")
}

func (a *actions) uninstall() error {
	_, err := action.NewUninstall(a.configuration).Run("shop")
	return err
}

func (a *actions) test() error {
	command := action.NewReleaseTesting(a.configuration)
	command.Namespace = "shop"
	_, err := command.Run("shop")
	return err
}
